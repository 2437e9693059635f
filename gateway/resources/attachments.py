"""The reporter's files: sent whole, listed, fetched. What must survive a bad line is sent by uploads.py."""

from __future__ import annotations

from contracts.reports import operations as reports
from gateway.attachment_words import all_in_words
from gateway.resource import Resource
from gateway.transfers.exchange import FILLED_IN, fetched, sent_whole
from gateway.transfers.multipart import DESCRIBED

blp = Resource("attachments", description="举报附件 Files that belong to a report")


@blp.route("/reports/current/attachments", methods=["POST"])
@blp.calls(reports.begin_current_attachment, status=201, receipt=True, given=FILLED_IN, body=DESCRIBED)
def send_attachment(request, call, rpc):
    """提交附件 Send one file, as the part `file`

    Types and sizes are told by `GET /report-form` in `limits.attachments`; the type is decided by the content. With an
    Idempotency-Key the same file again is the same attachment. A file that must survive a broken line is better sent
    to `/reports/current/uploads`.
    """
    owner = {"receipt": request["receipt"]}
    sent = sent_whole(
        call,
        owner,
        reports.begin_current_attachment,
        reports.put_current_piece,
        reports.cancel_current_upload,
    )
    # What only staff are told.
    return {name: value for name, value in sent.items() if name not in ("staff_id", "sha256", "clean")}


@blp.route("/reports/current/attachments")
@blp.calls(reports.list_current_attachments, receipt=True)
def list_attachments(request, call, rpc):
    """附件列表 The files of both sides, and what their inspection found"""
    return all_in_words(rpc(request), call.language)


@blp.route("/reports/current/attachments/<attachment_id>/content")
@blp.calls(reports.read_current_attachment_part, receipt=True, given=("number",))
def fetch_attachment(request, call, rpc, attachment_id):
    """下载附件 Fetch one's own file, or one that staff sent"""
    return fetched(call, request, reports.read_current_attachment_part)
