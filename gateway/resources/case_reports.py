"""The report behind a case, for its handler and the desk."""

from __future__ import annotations

from contracts.reports import operations as reports
from gateway.resource import Resource

blp = Resource("case_reports", description="线索的举报材料 The report behind a case")


@blp.route("/cases/<case_id>/report")
@blp.calls(reports.read_case_report)
def read_case_report(request, call, rpc, case_id):
    """阅读举报材料 Read the report; who reads what, when and for which `purpose` is recorded first

    Never shows who the reporter is. 404 for everybody but the desk and the case's handler, and for all people
    of a unit that the report is about.
    """
    return rpc(request)


@blp.route("/cases/<case_id>/report/messages")
@blp.calls(reports.list_case_report_messages)
def list_case_report_messages(request, call, rpc, case_id):
    """往来消息 All messages between staff and reporter, oldest first; recorded as a reading"""
    return rpc(request)


@blp.route("/cases/<case_id>/report/messages", methods=["POST"])
@blp.calls(reports.post_case_report_message, status=201)
def post_case_report_message(request, call, rpc, case_id):
    """答复举报人 Write to the reporter"""
    return rpc(request)


@blp.route("/cases/<case_id>/report/messages/read", methods=["PUT"])
@blp.calls(reports.mark_case_report_messages_read)
def mark_case_report_messages_read(request, call, rpc, case_id):
    """标记已读 Mark the reporter's messages as read, up to and with `up_to`; never takes back an earlier mark"""
    return rpc(request)
