"""Files of suggestions, for the desk. Whoever lists or opens them is recorded first."""

from __future__ import annotations

from contracts.reports import operations as reports
from gateway.attachment_words import all_in_words
from gateway.resource import Resource
from gateway.transfers.exchange import FILLED_IN, fetched, sent_whole
from gateway.transfers.multipart import DESCRIBED

blp = Resource("suggestion_attachments", description="意见建议的附件 Files of suggestions")


@blp.route("/suggestions/<suggestion_id>/attachments")
@blp.calls(reports.list_suggestion_attachments)
def list_suggestion_attachments(request, call, rpc, suggestion_id):
    """附件列表 The files of both sides, with their names; recorded as a reading for `purpose`"""
    return all_in_words(rpc(request), call.language)


@blp.route("/suggestions/<suggestion_id>/attachments", methods=["POST"])
@blp.calls(reports.begin_suggestion_attachment, status=201, given=FILLED_IN, body=DESCRIBED)
def send_suggestion_attachment(request, call, rpc, suggestion_id):
    """发送附件 Send whoever made the suggestion one file, as the part `file`"""
    operations = reports.begin_suggestion_attachment, reports.put_suggestion_piece, reports.cancel_suggestion_upload
    return sent_whole(call, {"suggestion_id": suggestion_id}, *operations)


@blp.route("/suggestions/<suggestion_id>/attachments/<attachment_id>/content")
@blp.calls(reports.read_suggestion_attachment_part, given=("number", "access_id"))
def fetch_suggestion_attachment(request, call, rpc, suggestion_id, attachment_id):
    """打开附件 Open a file as with a case: the copy without metadata unless `copy=original`; recorded first"""
    return fetched(call, request, reports.read_suggestion_attachment_part)
