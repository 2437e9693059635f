"""A file on its way to a client, one part in memory at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from flask import Request, Response

from chassis import clock
from contracts.call import Call
from contracts.operation import Operation
from gateway.parts import Parts
from gateway.transfers.body import impatient

Part = dict[str, Any]

# A browser that shows the file all the same shows it without a right to anything.
CONTENT_SECURITY_POLICY = "sandbox; default-src 'none'"


def file(shared: Parts, http: Request, part: Callable[[int, Part | None], Part]) -> Response:
    """The file whose parts ``part(number, first part)`` fetches, as an attachment to be kept.

    The first part is fetched at once, so that what is wrong is told by the status. When a later one cannot be had, the
    connection ends before the announced length.
    """
    slots = shared.slots
    slots.take()
    try:
        first = part(0, None)
        response = Response(
            _parts(http.environ, shared.settings.idle_seconds, first, part),
            content_type=first["media_type"],
            headers=_headers(first),
        )
    except BaseException:
        slots.give_back()
        raise
    if http.method == "HEAD":
        # Nothing is sent, and nobody closes what was not sent.
        slots.give_back()
    else:
        response.call_on_close(slots.give_back)
    return response


def ask(shared: Parts, call: Call, operation: Operation, request: dict[str, Any], number: int) -> Part:
    """One part by this operation, within the usual time from now."""
    now = clock.now()
    deadline = now + timedelta(seconds=shared.settings.rpc_timeout_seconds)
    return shared.rpc.call(operation, {**request, "number": number}, replace(call, now=now, deadline=deadline))


def _parts(
    environ: dict[str, Any], idle_seconds: float, first: Part, part: Callable[[int, Part | None], Part]
) -> Iterator[bytes]:
    with impatient(environ, idle_seconds):
        content = first.pop("content")
        yield content
        for number in range(1, first["parts"]):
            # One at a time: the last one goes before the next one comes.
            del content
            content = part(number, first)["content"]
            yield content


def _headers(first: Part) -> dict[str, str]:
    return {
        "Content-Length": str(first["size"]),
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(first['file_name'], safe='')}",
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "Attachment-Copy": first["copy"],
        "Attachment-Scan": first["scan"] or "not_scanned",
    }
