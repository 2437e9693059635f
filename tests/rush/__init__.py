"""The start rush and the last minutes of an exam, with parts killed meanwhile; see README.md."""
