"""The file of an item of evidence over a line that may break: tus 1.0.0; see gateway/transfers/resumable.py."""

from __future__ import annotations

from flask import request as http

from contracts.reports import operations as reports
from contracts.tasks import operations as tasks
from gateway import parts, tus
from gateway.resource import Resource
from gateway.transfers import resumable
from gateway.transfers.exchange import FILLED_IN
from gateway.transfers.sending import Sender

blp = Resource(
    "evidence_uploads", description="可续传的证据文件上传（tus 1.0.0）Resumable uploads of evidence (tus 1.0.0)"
)
blp.after_request(resumable.named)


@blp.route("/cases/<case_id>/evidence/<item>/uploads", methods=["POST"])
@blp.calls(reports.begin_evidence_file, status=201, given=FILLED_IN, body=tus.DESCRIBED)
def create_evidence_upload(request, call, rpc, case_id, item):
    """创建证据文件上传 Begin an upload of `Upload-Length` bytes; its name is `filename` of `Upload-Metadata`

    One that was begun before for this item and never became complete is given up.
    """
    rpc({"case_id": case_id, "item": request["item"]}, tasks.expect_evidence_file)
    return resumable.created(_sender(request, call))


@blp.route("/cases/<case_id>/evidence/<item>/uploads/<attachment_id>", methods=["HEAD"])
@blp.calls(reports.read_evidence_upload)
def see_how_far_evidence_is(request, call, rpc, case_id, item, attachment_id):
    """证据文件上传进度 How far it has come: `Upload-Offset` of `Upload-Length`"""
    tus.check_version(http)
    return resumable.stands(rpc(request))


@blp.route("/cases/<case_id>/evidence/<item>/uploads/<attachment_id>", methods=["PATCH"])
@blp.calls(reports.resume_evidence_upload, status=204, given=("offset",), body=tus.DESCRIBED)
def go_on_with_evidence(request, call, rpc, case_id, item, attachment_id):
    """继续上传证据文件 Send bytes from `Upload-Offset` on; 409 when it stands elsewhere"""
    return resumable.gone_on(_sender(request, call), reports.resume_evidence_upload, attachment_id)


@blp.route("/cases/<case_id>/evidence/<item>/uploads/<attachment_id>", methods=["DELETE"])
@blp.calls(reports.cancel_evidence_upload)
def give_evidence_upload_up(request, call, rpc, case_id, item, attachment_id):
    """放弃证据文件上传 Give an unfinished upload up"""
    tus.check_version(http)
    return rpc(request)


def _sender(request, call):
    return Sender(
        parts.current(),
        call,
        {"case_id": request["case_id"], "item": request["item"]},
        reports.begin_evidence_file,
        reports.put_evidence_piece,
        reports.cancel_evidence_upload,
    )
