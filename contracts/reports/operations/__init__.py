"""Every operation of the reports service, by subject: intake, the reporter's side, the staff's side, suggestions."""

from contracts.reports.operations.attachments import (
    begin_case_attachment,
    begin_current_attachment,
    cancel_case_upload,
    cancel_current_upload,
    list_case_attachments,
    list_current_attachments,
    put_case_piece,
    put_current_piece,
    read_case_attachment_part,
    read_current_attachment_part,
    read_current_upload,
    resume_current_upload,
)
from contracts.reports.operations.holds import (
    HOLDERS,
    hold_case_report,
    lift_case_report_hold,
    read_case_report_hold,
)
from contracts.reports.operations.inbox import list_report_inbox
from contracts.reports.operations.intake import get_report_form, submit_report
from contracts.reports.operations.reporter import (
    list_current_messages,
    mark_current_messages_read,
    post_current_message,
    rate_current_report,
    read_current_report,
)
from contracts.reports.operations.staff import (
    CASE_STAFF,
    list_case_report_messages,
    mark_case_report_messages_read,
    post_case_report_message,
    read_case_report,
)
from contracts.reports.operations.suggestions import (
    ANSWERERS,
    answer_suggestion,
    list_suggestion_messages,
    list_suggestions,
    mark_suggestion_messages_read,
    post_suggestion_message,
    read_suggestion,
)
from contracts.reports.operations.triage import decide_case_triage, read_case_triage, read_suggestion_triage

__all__ = [
    "ANSWERERS",
    "CASE_STAFF",
    "HOLDERS",
    "answer_suggestion",
    "begin_case_attachment",
    "begin_current_attachment",
    "cancel_case_upload",
    "cancel_current_upload",
    "decide_case_triage",
    "get_report_form",
    "hold_case_report",
    "lift_case_report_hold",
    "list_case_attachments",
    "list_case_report_messages",
    "list_current_attachments",
    "list_current_messages",
    "list_report_inbox",
    "list_suggestion_messages",
    "list_suggestions",
    "mark_case_report_messages_read",
    "mark_current_messages_read",
    "mark_suggestion_messages_read",
    "post_case_report_message",
    "post_current_message",
    "post_suggestion_message",
    "put_case_piece",
    "put_current_piece",
    "rate_current_report",
    "read_case_attachment_part",
    "read_case_report",
    "read_case_report_hold",
    "read_case_triage",
    "read_current_attachment_part",
    "read_current_report",
    "read_current_upload",
    "read_suggestion",
    "read_suggestion_triage",
    "resume_current_upload",
    "submit_report",
]
