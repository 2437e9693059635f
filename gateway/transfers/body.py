"""The body of a request as it comes.

However slow it is, something must come within ``GATEWAY_IDLE_SECONDS``: a telephone line brings thousands of bytes in
that time, and nothing at all is no line any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Request
from werkzeug.exceptions import ClientDisconnected

from gateway import parts
from gateway.problems import core
from gateway.problems.row import Problem

_READ_BYTES = 64 * 1024
# The form bounds files; here nothing but the length of a number does.
_UNBOUNDED = 1 << 50


def chunks(http: Request) -> Iterator[bytes]:
    """The bytes of the body, some at a time.

    Problem 408 when nothing comes for too long; werkzeug's ``ClientDisconnected`` (400) when the body ends before its
    announced end. What had come until then has been given out.
    """
    http.max_content_length = _UNBOUNDED
    with impatient(http.environ, parts.current().settings.idle_seconds):
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
