"""The report behind a case, for its handler and the desk."""

from __future__ import annotations

from chassis import serve
from contracts.reports import operations
from services.reports import handlers


class StaffSide:
    """Entrypoints of ``ReportsService``."""

    @serve(operations.read_case_report)
    def read_case_report(self, request, call):
        return handlers.read_case_report(self.store, self.settings.sealer, request, call)

    @serve(operations.list_case_report_messages)
    def list_case_report_messages(self, request, call):
        return handlers.list_case_messages(self.store, self.settings.sealer, request, call)

    @serve(operations.post_case_report_message)
    def post_case_report_message(self, request, call):
        return handlers.post_case_message(self.store, self.settings.sealer, request, call)

    @serve(operations.mark_case_report_messages_read)
    def mark_case_report_messages_read(self, request, call):
        return handlers.mark_case_messages_read(self.store, request, call)

    @serve(operations.list_report_inbox)
    def list_report_inbox(self, request, call):
        return handlers.list_inbox(self.store, request, call)
