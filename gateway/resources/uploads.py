"""A reporter's uploads that survive a broken line, a restart, a day: tus 1.0.0; see gateway/transfers/resumable.py."""

from __future__ import annotations

from flask import request as http

from contracts.reports import operations as reports
from gateway import parts, tus
from gateway.resource import Resource
from gateway.transfers import resumable
from gateway.transfers.exchange import FILLED_IN
from gateway.transfers.sending import Sender

blp = Resource("uploads", description="可续传的附件上传（tus 1.0.0）Uploads of files that can be resumed (tus 1.0.0)")
blp.after_request(resumable.named)


@blp.route("/reports/current/uploads", methods=["OPTIONS"], provide_automatic_options=False)
def tell_what_is_possible():
    """续传能力 What of tus is offered"""
    return resumable.possible()


@blp.route("/reports/current/uploads", methods=["POST"])
@blp.calls(reports.begin_current_attachment, status=201, receipt=True, given=FILLED_IN, body=tus.DESCRIBED)
def create_upload(request, call, rpc):
    """创建上传 Begin an upload of `Upload-Length` bytes; its name is `filename` of `Upload-Metadata`

    The body is empty or brings the beginning of the file. `Location` is where to go on.
    """
    return resumable.created(_sender(request, call))


@blp.route("/reports/current/uploads/<attachment_id>", methods=["HEAD"])
@blp.calls(reports.read_current_upload, receipt=True)
def see_how_far(request, call, rpc, attachment_id):
    """上传进度 How far it has come: `Upload-Offset` of `Upload-Length`"""
    tus.check_version(http)
    return resumable.stands(rpc(request))


@blp.route("/reports/current/uploads/<attachment_id>", methods=["PATCH"])
@blp.calls(
    reports.resume_current_upload, status=204, receipt=True, given=("offset",), body=tus.DESCRIBED, limit="public-read"
)
def go_on(request, call, rpc, attachment_id):
    """继续上传 Send bytes from `Upload-Offset` on; 409 when it stands elsewhere or another request goes on with it"""
    return resumable.gone_on(_sender(request, call), reports.resume_current_upload, attachment_id)


@blp.route("/reports/current/uploads/<attachment_id>", methods=["DELETE"])
@blp.calls(reports.cancel_current_upload, receipt=True, limit="public-read")
def give_up(request, call, rpc, attachment_id):
    """放弃上传 Give an unfinished upload up"""
    tus.check_version(http)
    return rpc(request)


def _sender(request, call):
    return Sender(
        parts.current(),
        call,
        {"receipt": request["receipt"]},
        reports.begin_current_attachment,
        reports.put_current_piece,
        reports.cancel_current_upload,
    )
