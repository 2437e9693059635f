"""What crosses the quiz service's boundary: its events and its operations."""
