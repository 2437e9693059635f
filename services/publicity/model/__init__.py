"""The rules of publicity: standard library only, time and chance passed in."""
