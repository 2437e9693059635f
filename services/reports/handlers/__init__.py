"""The use cases of the reports service: intake, the reporter's side, the staff's side, and what cases
tell."""

from services.reports.handlers.inbox import list_inbox
from services.reports.handlers.intake import forget_replays, get_form, submit_report
from services.reports.handlers.progress import show_progress
from services.reports.handlers.ratings import rate
from services.reports.handlers.reporter import list_messages, mark_read, post_message, read_current
from services.reports.handlers.staff import (
    list_case_messages,
    mark_case_messages_read,
    post_case_message,
    read_case_report,
)
from services.reports.handlers.suggestions import (
    answer_suggestion,
    list_suggestion_messages,
    list_suggestions,
    mark_suggestion_messages_read,
    post_suggestion_message,
    read_suggestion,
)

__all__ = [
    "answer_suggestion",
    "forget_replays",
    "get_form",
    "list_case_messages",
    "list_inbox",
    "list_messages",
    "list_suggestion_messages",
    "list_suggestions",
    "mark_case_messages_read",
    "mark_read",
    "mark_suggestion_messages_read",
    "post_case_message",
    "post_message",
    "post_suggestion_message",
    "rate",
    "read_case_report",
    "read_current",
    "read_suggestion",
    "show_progress",
    "submit_report",
]
