"""What identity computes with secrets: sealing, password hashes, tokens, one-time passwords. No input, no output."""
