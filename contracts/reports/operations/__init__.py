"""Every operation of the reports service, by subject: intake, the reporter's side, the staff's side, suggestions."""

from contracts.reports.operations.attachments import (
    begin_case_attachment,
    begin_current_attachment,
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
from contracts.reports.operations.intake import get_report_form, submit_report
from contracts.reports.operations.reporter import (
    list_current_messages,
    post_current_message,
    rate_current_report,
    read_current_report,
)
from contracts.reports.operations.staff import (
    CASE_STAFF,
    list_case_report_messages,
    post_case_report_message,
    read_case_report,
)
from contracts.reports.operations.suggestions import (
    ANSWERERS,
    answer_suggestion,
    list_suggestions,
    read_suggestion,
)

__all__ = [
    "ANSWERERS",
    "CASE_STAFF",
    "answer_suggestion",
    "begin_case_attachment",
    "begin_current_attachment",
    "cancel_current_upload",
    "get_report_form",
    "list_case_attachments",
    "list_case_report_messages",
    "list_current_attachments",
    "list_current_messages",
    "list_suggestions",
    "post_case_report_message",
    "post_current_message",
    "put_case_piece",
    "put_current_piece",
    "rate_current_report",
    "read_case_attachment_part",
    "read_case_report",
    "read_current_attachment_part",
    "read_current_report",
    "read_current_upload",
    "read_suggestion",
    "resume_current_upload",
    "submit_report",
]
