"""Tables that a service makes part by part: one part as it is, several as an archive, written while it is sent."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from flask import Response
from flask import request as http

from chassis import clock
from chassis.clock import BUREAU_ZONE
from contracts.call import Call
from contracts.operation import Operation
from gateway import parts
from gateway.parts import Parts
from gateway.resource import download
from gateway.transfers.body import impatient

Part = dict[str, Any]
Following = Callable[[str], Part]

# A part takes some seconds of a busy service.
_PATIENCE = timedelta(seconds=30)


def whole(call: Call, request: dict[str, Any], operation: Operation) -> Response:
    """All parts of the table that ``request`` asks for: the file itself when it is the only one, else a .zip.

    ``operation`` answers ``content``, ``file_name``, ``media_type`` and ``next_cursor``, by which it is asked again.
    Two parts at most are in memory. What is wrong with the first is told by the status; when a later one cannot be had,
    the connection ends before the archive does.
    """
    shared = parts.current()

    def following(cursor: str | None) -> Part:
        now = clock.now()
        answer: Part = shared.rpc.call(
            operation, {**request, "cursor": cursor}, replace(call, now=now, deadline=now + _PATIENCE)
        )
        return answer

    first = following(None)
    if first["next_cursor"] is None:
        return download(first["content"], file_name=first["file_name"], media_type=first["media_type"])
    return _archive(shared, first, following, call)


def _archive(shared: Parts, first: Part, following: Following, call: Call) -> Response:
    name = PurePath(first["file_name"])
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'{name.stem}.zip')}"}
    shared.slots.take()
    chunks = _chunks(http.environ, shared.settings.idle_seconds, first, following, call)
    response = Response(chunks, content_type="application/zip", headers=headers)
    if http.method == "HEAD":
        # Nothing is sent, and nobody closes what was not sent.
        shared.slots.give_back()
    else:
        response.call_on_close(shared.slots.give_back)
    return response


def _chunks(
    environ: dict[str, Any], idle_seconds: float, part: Part, following: Following, call: Call
) -> Iterator[bytes]:
    outgoing, number = _Outgoing(), 1
    made_at = call.now.astimezone(BUREAU_ZONE).timetuple()[:6]
    with impatient(environ, idle_seconds):
        # What the parts hold is packed already.
        with zipfile.ZipFile(outgoing, "w", zipfile.ZIP_STORED) as archive:
            while True:
                name = PurePath(part["file_name"])
                archive.writestr(zipfile.ZipInfo(f"{name.stem}-{number}{name.suffix}", made_at), part["content"])
                yield outgoing.taken()
                if part["next_cursor"] is None:
                    break
                part, number = following(part["next_cursor"]), number + 1
        yield outgoing.taken()


class _Outgoing:
    """What was written and is not sent yet; cannot be gone back in."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def write(self, data: bytes) -> int:
        """Keeps it until it is taken."""
        self._bytes += data
        return len(data)

    def flush(self) -> None:
        """Nothing waits elsewhere."""

    def taken(self) -> bytes:
        """What is to be sent next."""
        taken = bytes(self._bytes)
        self._bytes.clear()
        return taken
