"""The rules of the quiz service: the standard library only, time passed in."""
