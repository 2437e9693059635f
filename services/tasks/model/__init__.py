"""The rules of cases and of study records: pure functions of their arguments, time passed in."""
