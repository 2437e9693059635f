"""What the holder of a receipt sees and says."""

from __future__ import annotations

from chassis import serve
from contracts.reports import operations
from services.reports import handlers


class ReporterSide:
    """Entrypoints of ``ReportsService``."""

    @serve(operations.read_current_report)
    def read_current_report(self, request, call):
        return handlers.read_current(self.store, self.settings.sealer, request, call)

    @serve(operations.list_current_messages)
    def list_current_messages(self, request, call):
        return handlers.list_messages(self.store, self.settings.sealer, request)

    @serve(operations.post_current_message)
    def post_current_message(self, request, call):
        return handlers.post_message(self.store, self.settings.sealer, request, call)

    @serve(operations.mark_current_messages_read)
    def mark_current_messages_read(self, request, call):
        return handlers.mark_read(self.store, self.settings.sealer, request)

    @serve(operations.rate_current_report)
    def rate_current_report(self, request, call):
        return handlers.rate(self.store, self.settings.sealer, request, call)
