"""Use cases: plain functions of store, message and call."""
