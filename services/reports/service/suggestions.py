"""Suggestions, for the desk."""

from __future__ import annotations

from chassis import serve
from contracts.reports import operations
from services.reports import handlers


class Suggestions:
    """Entrypoints of ``ReportsService``."""

    @serve(operations.list_suggestions)
    def list_suggestions(self, request, call):
        return handlers.list_suggestions(self.store, request, call)

    @serve(operations.read_suggestion)
    def read_suggestion(self, request, call):
        return handlers.read_suggestion(self.store, self.settings.sealer, request, call)

    @serve(operations.answer_suggestion)
    def answer_suggestion(self, request, call):
        return handlers.answer_suggestion(self.store, self.settings.sealer, request, call)

    @serve(operations.list_suggestion_messages)
    def list_suggestion_messages(self, request, call):
        return handlers.list_suggestion_messages(self.store, self.settings.sealer, request, call)

    @serve(operations.post_suggestion_message)
    def post_suggestion_message(self, request, call):
        return handlers.post_suggestion_message(self.store, self.settings.sealer, request, call)

    @serve(operations.mark_suggestion_messages_read)
    def mark_suggestion_messages_read(self, request, call):
        return handlers.mark_suggestion_messages_read(self.store, request, call)
