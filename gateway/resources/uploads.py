"""Uploads that survive a broken line, a restart, a day: tus 1.0.0 (https://tus.io/protocols/resumable-upload).

Core, creation, creation-with-upload, termination, expiration. What an answer has acknowledged (``Upload-Offset``) is
durable. Of two requests that send to one upload the one that began later gets on, because a line that broke is often
noticed by its client first.
"""

from __future__ import annotations

import orjson
from flask import Response
from flask import request as http
from werkzeug.http import http_date

from contracts.fields import parse_instant
from contracts.reports import operations as reports
from gateway import parts, tus
from gateway.endpoint import JSON
from gateway.resource import Resource
from gateway.transfers.body import chunks, refusing_politely
from gateway.transfers.exchange import FILLED_IN
from gateway.transfers.sending import Sender

blp = Resource("uploads", description="可续传的附件上传（tus 1.0.0）Uploads of files that can be resumed (tus 1.0.0)")


@blp.after_request
def name_the_protocol(response):
    """Every answer names the version; one to a wrong version also those that there are."""
    response.headers["Tus-Resumable"] = tus.VERSION
    if response.status_code == 412:
        response.headers["Tus-Version"] = tus.VERSION
    return response


@blp.route("/reports/current/uploads", methods=["OPTIONS"], provide_automatic_options=False)
def tell_what_is_possible():
    """续传能力 What of tus is offered"""
    return Response(status=204, headers={"Tus-Version": tus.VERSION, "Tus-Extension": tus.EXTENSIONS})


@blp.route("/reports/current/uploads", methods=["POST"])
@blp.calls(reports.begin_current_attachment, status=201, receipt=True, given=FILLED_IN, body=tus.DESCRIBED)
def create_upload(request, call, rpc):
    """创建上传 Begin an upload of `Upload-Length` bytes; its name is `filename` of `Upload-Metadata`

    The body is empty or brings the beginning of the file. `Location` is where to go on.
    """
    tus.check_version(http)
    length, name, brings = tus.length_of(http), tus.file_name_of(http), tus.brings_content(http)
    sender = _sender(request, call)
    with parts.current().slots.taken(), refusing_politely(http):
        state = sender.ask(sender.begin, {"file_name": name, "length": length})
        if brings:
            state = _received(sender, state)
    told = {name: state[name] for name in ("id", "offset", "length", "expires_at")}
    headers = {"Location": f"{http.path}/{state['id']}", **_where(state)}
    return Response(orjson.dumps(told), status=201, headers=headers, content_type=JSON)


@blp.route("/reports/current/uploads/<attachment_id>", methods=["HEAD"])
@blp.calls(reports.read_current_upload, receipt=True)
def see_how_far(request, call, rpc, attachment_id):
    """上传进度 How far it has come: `Upload-Offset` of `Upload-Length`"""
    tus.check_version(http)
    return Response(status=200, headers=_where(rpc(request)))


@blp.route("/reports/current/uploads/<attachment_id>", methods=["PATCH"])
@blp.calls(
    reports.resume_current_upload, status=204, receipt=True, given=("offset",), body=tus.DESCRIBED, limit="public-read"
)
def go_on(request, call, rpc, attachment_id):
    """继续上传 Send bytes from `Upload-Offset` on; 409 when it stands elsewhere or another request goes on with it"""
    tus.check_version(http)
    tus.check_content_type(http)
    sender = _sender(request, call)
    wanted = {"attachment_id": attachment_id, "offset": tus.offset_of(http)}
    with parts.current().slots.taken(), refusing_politely(http):
        state = _received(sender, sender.ask(reports.resume_current_upload, wanted))
    return Response(status=204, headers=_where(state))


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


def _received(sender, state):
    """How the upload stands after the body."""
    for after in sender.more(state, chunks(http)):
        state = after
    return state


def _where(state):
    """Where an upload stands, as headers."""
    headers = {"Upload-Offset": str(state["offset"]), "Upload-Length": str(state["length"])}
    if state["expires_at"]:
        headers["Upload-Expires"] = http_date(parse_instant(state["expires_at"]))
    return headers
