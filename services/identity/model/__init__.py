"""The rules of identity: standard library only, time passed in, nothing read and nothing written."""
