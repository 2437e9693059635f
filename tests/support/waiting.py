"""`eventually(condition, deadline_s)`: the one way to wait in a test."""

from deploy.local.waiting import DeadlineMissed, eventually

__all__ = ["DeadlineMissed", "eventually"]
