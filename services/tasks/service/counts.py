"""Counts of cases: read, and kept up to date."""

from __future__ import annotations

from chassis import every, serve
from contracts.tasks import operations
from services.tasks.handlers import counts


class Counts:
    """Entrypoints of ``TasksService``."""

    @serve(operations.count_cases)
    def count_cases(self, request, call):
        return counts.count_cases(self.store, request, call)

    @every(seconds=5, role="counts")
    def bring_counts_up_to_date(self, now):
        counts.bring_counts_up_to_date(self.store)
