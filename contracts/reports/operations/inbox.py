"""What waits for the staff in the inboxes of reports and suggestions."""

from __future__ import annotations

from contracts.operation import Operation
from contracts.reports.operations.staff import CASE_STAFF
from contracts.reports.schemas import inbox

list_report_inbox = Operation(
    "reports", "list_report_inbox", inbox.ListReportInbox, inbox.InboxPage, CASE_STAFF, repeatable=True
)
