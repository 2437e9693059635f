"""tus 1.0.0 (https://tus.io/protocols/resumable-upload) as the resources of uploads have it in common: core, creation,
creation-with-upload, termination, expiration.

What an answer has acknowledged (``Upload-Offset``) is durable. Of two requests that send to one upload the one that
began later gets on, because a line that broke is often noticed by its client first.
"""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response
from flask import request as http
from werkzeug.http import http_date

from contracts.fields import parse_instant
from contracts.operation import Operation
from gateway import parts, tus
from gateway.endpoint import JSON
from gateway.transfers.body import chunks
from gateway.transfers.sending import Sender, State


def named(response: Response) -> Response:
    """The answer naming the version; one to a wrong version also those that there are."""
    response.headers["Tus-Resumable"] = tus.VERSION
    if response.status_code == 412:
        response.headers["Tus-Version"] = tus.VERSION
    return response


def possible() -> Response:
    """What of tus is offered."""
    return Response(status=204, headers={"Tus-Version": tus.VERSION, "Tus-Extension": tus.EXTENSIONS})


def created(sender: Sender) -> Response:
    """An upload of ``Upload-Length`` bytes that begins with the current request, which may bring some of them."""
    tus.check_version(http)
    length, name, brings = tus.length_of(http), tus.file_name_of(http), tus.brings_content(http)
    with parts.current().slots.taken():
        state = sender.ask(sender.begin, {"file_name": name, "length": length})
        if brings:
            state = _received(sender, state)
    told = {name: state[name] for name in ("id", "offset", "length", "expires_at")}
    headers = {"Location": f"{http.path}/{state['id']}", **_where(state)}
    return Response(orjson.dumps(told), status=201, headers=headers, content_type=JSON)


def stands(state: State) -> Response:
    """How far an upload has come."""
    return Response(status=200, headers=_where(state))


def gone_on(sender: Sender, resume: Operation, attachment_id: str) -> Response:
    """The upload after the bytes of the current request, from ``Upload-Offset`` on."""
    tus.check_version(http)
    tus.check_content_type(http)
    wanted: dict[str, Any] = {"attachment_id": attachment_id, "offset": tus.offset_of(http)}
    with parts.current().slots.taken():
        state = _received(sender, sender.ask(resume, wanted))
    return Response(status=204, headers=_where(state))


def _received(sender: Sender, state: State) -> State:
    """How the upload stands after the body."""
    for after in sender.more(state, chunks(http)):
        state = after
    return state


def _where(state: State) -> dict[str, str]:
    """Where an upload stands, as headers."""
    headers = {"Upload-Offset": str(state["offset"]), "Upload-Length": str(state["length"])}
    if state["expires_at"]:
        headers["Upload-Expires"] = http_date(parse_instant(state["expires_at"]))
    return headers
