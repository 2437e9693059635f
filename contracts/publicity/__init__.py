"""What crosses the boundary of the publicity service."""
