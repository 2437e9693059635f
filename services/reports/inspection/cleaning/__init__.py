"""How copies without metadata are made, by type. Runs in the child process only."""
