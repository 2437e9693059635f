"""What the reports service promises: its events, its operations, and the written form of a receipt."""
