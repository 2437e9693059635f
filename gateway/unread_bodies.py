"""What a client still sends of a request whose answer is ready: refused by a limit, by its receipt, by its first bytes.

Were it left lying, the connection would end with a reset that often destroys the answer on its way (RFC 9112, 9.6). So
what little is left is taken first. A client that has much more to send is told at once, and that its connection ends
(``gateway.worker_class``).
"""

from __future__ import annotations

import time
from typing import Any

from gunicorn.http.errors import ParseException

_BYTES = 8 * 1024 * 1024
_SECONDS = 2.0
_READ_BYTES = 64 * 1024


def take_unread(environ: dict[str, Any]) -> None:
    """Throws away the rest of the body, for so long at most; of one that broke off or stood still nothing."""
    connection = environ.get("gunicorn.socket")
    if connection is None or not _may_be_left(environ):
        return
    body, taken, until = environ["wsgi.input"], 0, time.monotonic() + _SECONDS
    before = connection.gettimeout()
    try:
        while not body.failed and taken < _BYTES and (left := until - time.monotonic()) > 0:
            connection.settimeout(left)
            data = body.read(_READ_BYTES)
            if not data:
                return
            taken += len(data)
    except (OSError, ParseException):
        # Who does not send the rest is told the answer all the same.
        return
    finally:
        # A connection that has ended has no timeout any more.
        if connection.fileno() >= 0:
            connection.settimeout(before)


def _may_be_left(environ: dict[str, Any]) -> bool:
    length = environ.get("CONTENT_LENGTH")
    return int(length) <= _BYTES if length else "HTTP_TRANSFER_ENCODING" in environ
