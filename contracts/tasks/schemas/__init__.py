"""What the operations of the tasks service take and answer, by subject."""
