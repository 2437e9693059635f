"""The reports service: its entrypoints."""

from __future__ import annotations

from chassis import Configuration, Database, consume, every, serve
from contracts.reports import operations
from contracts.tasks.events import CaseProgressedV1
from services.reports import handlers
from services.reports.settings import load_settings
from services.reports.store import ReportsStore


class ReportsService:
    """Intake, receipts, sealed content, the inbox with the reporter, suggestions."""

    name = "reports"
    store = Database(ReportsStore)
    settings = Configuration(load_settings)

    @serve(operations.get_report_form)
    def get_report_form(self, request, call):
        return handlers.get_form(call)

    @serve(operations.submit_report)
    def submit_report(self, request, call):
        return handlers.submit_report(self.store, self.settings.sealer, request, call)

    @serve(operations.read_current_report)
    def read_current_report(self, request, call):
        return handlers.read_current(self.store, self.settings.sealer, request)

    @serve(operations.list_current_messages)
    def list_current_messages(self, request, call):
        return handlers.list_messages(self.store, self.settings.sealer, request)

    @serve(operations.post_current_message)
    def post_current_message(self, request, call):
        return handlers.post_message(self.store, self.settings.sealer, request, call)

    @serve(operations.rate_current_report)
    def rate_current_report(self, request, call):
        return handlers.rate(self.store, self.settings.sealer, request, call)

    @serve(operations.read_case_report)
    def read_case_report(self, request, call):
        return handlers.read_case_report(self.store, self.settings.sealer, request, call)

    @serve(operations.list_case_report_messages)
    def list_case_report_messages(self, request, call):
        return handlers.list_case_messages(self.store, self.settings.sealer, request, call)

    @serve(operations.post_case_report_message)
    def post_case_report_message(self, request, call):
        return handlers.post_case_message(self.store, self.settings.sealer, request, call)

    @serve(operations.list_suggestions)
    def list_suggestions(self, request, call):
        return handlers.list_suggestions(self.store, request, call)

    @serve(operations.read_suggestion)
    def read_suggestion(self, request, call):
        return handlers.read_suggestion(self.store, self.settings.sealer, request, call)

    @serve(operations.answer_suggestion)
    def answer_suggestion(self, request, call):
        return handlers.answer_suggestion(self.store, self.settings.sealer, request, call)

    @consume(CaseProgressedV1, group=200)
    def show_progress(self, events):
        handlers.show_progress(self.store, events)

    @every(seconds=3600, role="forget-replays")
    def forget_replays(self, now):
        handlers.forget_replays(self.store, now)
