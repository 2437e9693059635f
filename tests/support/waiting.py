"""`eventually(condition)`: the one way to wait in a test; its deadline only ends a test that fails."""

from deploy.local.waiting import DeadlineMissed, eventually

__all__ = ["DeadlineMissed", "eventually"]
