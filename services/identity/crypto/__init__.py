"""What identity computes with secrets: sealing, hashing of passwords, tokens, one-time passwords. No input, no output."""
