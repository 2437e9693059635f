"""Oversight of time limits: stages as they come, what would be, and what is overdue."""

from __future__ import annotations

from chassis import every, serve
from contracts.tasks import operations
from services.tasks.handlers import inventory, oversight, what_if


class Oversight:
    """Entrypoints of ``TasksService``."""

    @every(seconds=60, role="oversight")
    def oversee(self, now):
        oversight.oversee(self.store, now)

    @serve(operations.what_if)
    def what_if(self, request, call):
        return what_if.what_if(self.store, request, call)

    @serve(operations.count_overdue_cases)
    def count_overdue_cases(self, request, call):
        return inventory.overdue_cases(self.store, request, call)
