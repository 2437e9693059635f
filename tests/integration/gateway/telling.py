"""A WSGI application whose answers tell what happened to the request, and a worker for slow machines."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

from gateway.worker_class import Worker

LARGE = b"x" * 3_000_000


class PatientWorker(Worker):
    """Waits for the next request so long that a slow client is none."""

    stay_seconds = 5.0


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answers by path: its thread, what is said, nothing, several pieces, much, the length of what was sent."""
    path = environ["PATH_INFO"]
    if path == "/empty":
        start_response("204 No Content", [])
        return []
    if path == "/pieces":
        start_response("200 OK", [])
        return [b"one ", b"two ", b"three"]
    body = _body(path, environ)
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


def _body(path: str, environ: dict[str, Any]) -> bytes:
    match path:
        case "/thread":
            return str(threading.get_ident()).encode()
        case "/large":
            return LARGE
        case "/echo":
            return str(len(environ["wsgi.input"].read())).encode()
        case "/unread":
            return b"unread"
        case _:
            return b"said " + path.rpartition("/")[2].encode()
