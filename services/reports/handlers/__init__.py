"""The use cases of the reports service: intake, the reporter's side, the staff's side, and what cases
tell."""

from services.reports.handlers.intake import forget_replays, get_form, submit_report
from services.reports.handlers.progress import show_progress
from services.reports.handlers.reporter import list_messages, post_message, rate, read_current
from services.reports.handlers.staff import list_case_messages, post_case_message, read_case_report
from services.reports.handlers.suggestions import answer_suggestion, list_suggestions, read_suggestion

__all__ = [
    "answer_suggestion",
    "forget_replays",
    "get_form",
    "list_case_messages",
    "list_messages",
    "list_suggestions",
    "post_case_message",
    "post_message",
    "rate",
    "read_case_report",
    "read_current",
    "read_suggestion",
    "show_progress",
    "submit_report",
]
