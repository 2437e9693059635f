"""The form, and what is sent with it."""

from __future__ import annotations

from chassis import at_start, every, serve
from contracts.reports import operations
from services.reports import handlers
from services.reports.handlers import keys


class Intake:
    """Entrypoints of ``ReportsService``."""

    @serve(operations.get_report_form)
    def get_report_form(self, request, call):
        return handlers.get_form(request, call)

    @serve(operations.submit_report)
    def submit_report(self, request, call):
        return handlers.submit_report(self.store, self.settings.sealer, request, call)

    @at_start
    def tell_missing_keys(self):
        keys.tell_missing(self.store, self.settings.sealer)

    @every(seconds=3600, role="forget-replays")
    def forget_replays(self, now):
        handlers.forget_replays(self.store, now)
