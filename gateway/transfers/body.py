"""The body of a request as it comes.

However slow it is, something must come within ``GATEWAY_IDLE_SECONDS``: a telephone line brings thousands of bytes in
that time, and nothing at all is no line any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Request
from werkzeug.exceptions import ClientDisconnected, HTTPException

from chassis.rpc_client import RpcError
from gateway import parts
from gateway.problems import core
from gateway.problems.row import Problem

_READ_BYTES = 64 * 1024
# So much is taken, for so long, from a client that sends on after it was refused: it reads the refusal then, and keeps
# its connection. From one that has much more to send nothing is: it would only be told later.
_DRAINED_BYTES = 8 * 1024 * 1024
_DRAINED_SECONDS = 2.0
# The form bounds files; here nothing but the length of a number does.
_UNBOUNDED = 1 << 50


def chunks(http: Request, patience: float | None = None) -> Iterator[bytes]:
    """The bytes of the body, some at a time.

    Problem 408 when nothing comes for too long (``patience`` in seconds, by default the configured ones); werkzeug's
    ``ClientDisconnected`` (400) when the body ends before its announced end. What had come until then has been given
    out.
    """
    http.max_content_length = _UNBOUNDED
    with impatient(http.environ, patience or parts.current().settings.idle_seconds):
        stream = http.stream
        while True:
            try:
                data = stream.read(_READ_BYTES)
            except ClientDisconnected as gone:
                if isinstance(gone.__context__, TimeoutError):
                    raise Problem(core.BODY_STALLED) from None
                raise
            except TimeoutError:
                raise Problem(core.BODY_STALLED) from None
            if not data:
                return
            yield data


@contextmanager
def refusing_politely(http: Request) -> Iterator[None]:
    """Around the work on a body: when that ends early, what little is left of the body is taken and thrown away."""
    try:
        yield
    except (Problem, RpcError) as refusal:
        if not (isinstance(refusal, Problem) and refusal.row is core.BODY_STALLED):
            _throw_away(http)
        raise


def _throw_away(http: Request) -> None:
    left = _DRAINED_BYTES
    if (http.content_length or 0) > left:
        return
    try:
        for data in chunks(http, _DRAINED_SECONDS):
            left -= len(data)
            if left < 0:
                return
    except (Problem, HTTPException):
        # The client has gone, too: the first refusal is the one that is told.
        return


@contextmanager
def impatient(environ: dict[str, Any], seconds: float) -> Iterator[None]:
    """The client's connection fails when it stands still for so long; afterwards it waits as before."""
    connection = environ.get("gunicorn.socket")
    if connection is None:
        yield
        return
    before = connection.gettimeout()
    connection.settimeout(seconds)
    try:
        yield
    finally:
        # A connection that has ended has no timeout any more.
        if connection.fileno() >= 0:
            connection.settimeout(before)
