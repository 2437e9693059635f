"""What the quiz service does, by subject: plain functions of the store, the request and the call."""
