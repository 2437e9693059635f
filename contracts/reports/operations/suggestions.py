"""Suggestions: listed, read and answered by the desk."""

from __future__ import annotations

from contracts.operation import Operation
from contracts.reports.schemas import messages, suggestions
from contracts.roles import DESK

ANSWERERS = frozenset({DESK})

list_suggestions = Operation(
    "reports", "list_suggestions", suggestions.ListSuggestions, suggestions.SuggestionPage, ANSWERERS, repeatable=True
)
read_suggestion = Operation("reports", "read_suggestion", suggestions.ReadSuggestion, suggestions.Suggestion, ANSWERERS)
answer_suggestion = Operation(
    "reports", "answer_suggestion", suggestions.AnswerSuggestion, suggestions.Suggestion, ANSWERERS, repeatable=True
)
list_suggestion_messages = Operation(
    "reports",
    "list_suggestion_messages",
    suggestions.ListSuggestionMessages,
    messages.StaffMessagePage,
    ANSWERERS,
)
post_suggestion_message = Operation(
    "reports", "post_suggestion_message", suggestions.PostSuggestionMessage, messages.StaffMessage, ANSWERERS
)
mark_suggestion_messages_read = Operation(
    "reports",
    "mark_suggestion_messages_read",
    suggestions.MarkSuggestionMessagesRead,
    messages.Unread,
    ANSWERERS,
    repeatable=True,
)
