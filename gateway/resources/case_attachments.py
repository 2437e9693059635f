"""Files of the report behind a case, for its handler and the desk. Whoever lists or opens them is recorded first."""

from __future__ import annotations

from contracts.reports import operations as reports
from gateway.attachment_words import all_in_words
from gateway.resource import Resource
from gateway.transfers.exchange import FILLED_IN, fetched, sent_whole
from gateway.transfers.multipart import DESCRIBED

blp = Resource("case_attachments", description="线索的举报附件 Files of the report behind a case")


@blp.route("/cases/<case_id>/report/attachments")
@blp.calls(reports.list_case_attachments)
def list_case_attachments(request, call, rpc, case_id):
    """附件列表 The files of both sides, with their names; recorded as a reading for `purpose`"""
    return all_in_words(rpc(request), call.language)


@blp.route("/cases/<case_id>/report/attachments", methods=["POST"])
@blp.calls(reports.begin_case_attachment, status=201, given=FILLED_IN, body=DESCRIBED)
def send_case_attachment(request, call, rpc, case_id):
    """发送附件 Send the reporter one file, as the part `file`"""
    operations = reports.begin_case_attachment, reports.put_case_piece, reports.cancel_case_upload
    return sent_whole(call, {"case_id": case_id}, *operations)


@blp.route("/cases/<case_id>/report/attachments/<attachment_id>/content")
@blp.calls(reports.read_case_attachment_part, given=("number", "access_id"))
def fetch_case_attachment(request, call, rpc, case_id, attachment_id):
    """打开附件 Open a file; who opens which copy for which `purpose` is recorded first

    `copy` is `clean` unless said otherwise: without the metadata of the original. 409 where there is no such copy; the
    original can be asked for. A file in which a virus was found is never opened. `Attachment-Scan` tells what the scan
    found, `not_scanned` where there was none.
    """
    return fetched(call, request, reports.read_case_attachment_part)
