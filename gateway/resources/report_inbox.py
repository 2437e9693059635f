"""What waits for the staff in the inboxes of reports and suggestions."""

from __future__ import annotations

from contracts.reports import operations as reports
from gateway.resource import Resource

blp = Resource("report_inbox", description="待阅来信 Messages from the public that nobody has read")


@blp.route("/report-inbox")
@blp.calls(reports.list_report_inbox)
def list_report_inbox(request, call, rpc):
    """待阅来信列表 List what has unread messages, the newest first, without their content

    The desk finds all cases and suggestions that it may see, a handler own cases.
    """
    return rpc(request)
