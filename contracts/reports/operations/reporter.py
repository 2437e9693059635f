"""The reporter's side, with a receipt in place of an account."""

from __future__ import annotations

from contracts.operation import Operation
from contracts.reports.schemas import messages, reporter
from contracts.roles import PUBLIC

read_current_report = Operation(
    "reports", "read_current_report", reporter.WithReceipt, reporter.CurrentReport, PUBLIC, repeatable=True
)
list_current_messages = Operation(
    "reports", "list_current_messages", reporter.ListCurrentMessages, messages.MessagePage, PUBLIC, repeatable=True
)
post_current_message = Operation(
    "reports", "post_current_message", reporter.PostCurrentMessage, messages.Message, PUBLIC
)
mark_current_messages_read = Operation(
    "reports",
    "mark_current_messages_read",
    reporter.MarkCurrentMessagesRead,
    messages.Unread,
    PUBLIC,
    repeatable=True,
)
rate_current_report = Operation(
    "reports", "rate_current_report", reporter.RateCurrentReport, reporter.Rating, PUBLIC, repeatable=True
)
