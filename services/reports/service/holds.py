"""Holds on the report behind a case, for the desk."""

from __future__ import annotations

from chassis import serve
from contracts.reports import operations
from services.reports.handlers import holds


class Holds:
    """Entrypoints of ``ReportsService``."""

    @serve(operations.hold_case_report)
    def hold_case_report(self, request, call):
        return holds.hold_report(self.store, self.settings.sealer, request, call)

    @serve(operations.lift_case_report_hold)
    def lift_case_report_hold(self, request, call):
        return holds.lift_hold(self.store, self.settings.sealer, request, call)

    @serve(operations.read_case_report_hold)
    def read_case_report_hold(self, request, call):
        return holds.read_hold(self.store, self.settings.sealer, request, call)
