"""The services; each owns its data and imports no other."""
