"""What identity promises to the others: its events, its operations, its codes and its tokens."""
