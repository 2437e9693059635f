"""Oversight of time limits: stages as they come, what would be, and what is overdue."""

from __future__ import annotations

from chassis import every
from services.tasks.handlers import oversight


class Oversight:
    """Entrypoints of ``TasksService``."""

    @every(seconds=60, role="oversight")
    def oversee(self, now):
        oversight.oversee(self.store, now)
