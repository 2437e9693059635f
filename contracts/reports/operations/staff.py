"""The staff's side of the report behind a case. Reading is not repeatable: each reading is recorded."""

from __future__ import annotations

from contracts.operation import Operation
from contracts.reports.schemas import messages, staff
from contracts.roles import DESK, HANDLER

CASE_STAFF = frozenset({DESK, HANDLER})

read_case_report = Operation("reports", "read_case_report", staff.ReadCaseReport, staff.CaseReport, CASE_STAFF)
list_case_report_messages = Operation(
    "reports", "list_case_report_messages", staff.ListCaseReportMessages, messages.StaffMessagePage, CASE_STAFF
)
post_case_report_message = Operation(
    "reports", "post_case_report_message", staff.PostCaseReportMessage, messages.StaffMessage, CASE_STAFF
)
mark_case_report_messages_read = Operation(
    "reports",
    "mark_case_report_messages_read",
    staff.MarkCaseReportMessagesRead,
    messages.Unread,
    CASE_STAFF,
    repeatable=True,
)
