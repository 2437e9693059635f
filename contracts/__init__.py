"""What crosses a service boundary, and nothing else: events, RPC operations, the envelope."""
