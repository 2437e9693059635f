"""The HTTP face of the system: authenticate, authorise, validate, call one RPC, shape the answer."""
