"""What other services tell."""

from __future__ import annotations

from chassis import consume
from contracts.tasks.events import CaseProgressedV1
from services.reports import handlers


class Progress:
    """Entrypoints of ``ReportsService``."""

    @consume(CaseProgressedV1, group=200)
    def show_progress(self, events):
        handlers.show_progress(self.store, events)
