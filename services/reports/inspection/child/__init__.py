"""The child process that reads what strangers sent: confined, without secrets, one file in its life."""
