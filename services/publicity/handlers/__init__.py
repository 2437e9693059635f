"""The use cases of publicity, divided by subject."""
