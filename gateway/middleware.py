"""What surrounds every request, below Flask so that it costs little: trace, headers, CORS, metrics, the
access line."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

import structlog

from chassis import tracing
from gateway import metrics
from gateway.headers import security_headers
from gateway.language import negotiate
from gateway.settings import Settings
from gateway.unread_bodies import take_unread

log = structlog.get_logger("gateway.access")

_PREFLIGHT = [
    ("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE"),
    (
        "Access-Control-Allow-Headers",
        "Altcha, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, traceparent, "
        "Tus-Resumable, Upload-Length, Upload-Metadata, Upload-Offset",
    ),
    ("Access-Control-Max-Age", "3600"),
]
_EXPOSED = (
    "Access-Control-Expose-Headers",
    "ETag, Location, Retry-After, traceresponse, Content-Language, Content-Disposition, Attachment-Copy, "
    "Attachment-Scan, Tus-Resumable, Tus-Version, Upload-Expires, Upload-Length, Upload-Offset",
)

Headers = list[tuple[str, str]]
StartResponse = Callable[..., Any]


class Middleware:
    """Wraps the application. Routes are told by Flask through ``environ["werkzeug.request"]``."""

    def __init__(self, application: Any, settings: Settings) -> None:
        self._application = application
        self._always = [(name, value, name.lower()) for name, value in security_headers(https=settings.https).items()]
        self._origins = frozenset(settings.cors_origins)
        self._access = logging.getLogger("gateway.access")

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """One request."""
        started = time.perf_counter()
        method = environ["REQUEST_METHOD"]
        with tracing.step(f"HTTP {method}", "server", environ.get("HTTP_TRACEPARENT")) as traceparent:
            environ["mingjing.traceparent"] = traceparent
            status = "500"

            def start(line: str, headers: Headers, exc_info: Any = None) -> Any:
                nonlocal status
                status = line[:3]
                take_unread(environ)
                self._complete(environ, headers, traceparent)
                return start_response(line, headers, exc_info) if exc_info else start_response(line, headers)

            if self._origins and method == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ:
                start("204 No Content", list(_PREFLIGHT))
                return []
            try:
                return self._application(environ, start)  # type: ignore[no-any-return]
            finally:
                self._record(environ, method, status, time.perf_counter() - started)

    def _complete(self, environ: dict[str, Any], headers: Headers, traceparent: str) -> None:
        present = {name.lower() for name, _ in headers}
        headers += [(name, value) for name, value, key in self._always if key not in present]
        headers.append(("traceresponse", traceparent))
        if "content-language" not in present:
            headers.append(("Content-Language", negotiate(environ.get("HTTP_ACCEPT_LANGUAGE"))))
        headers.append(("Vary", "Accept-Language, Origin" if self._origins else "Accept-Language"))
        if environ.get("HTTP_ORIGIN") in self._origins:
            headers.append(("Access-Control-Allow-Origin", environ["HTTP_ORIGIN"]))
            headers.append(_EXPOSED)

    def _record(self, environ: dict[str, Any], method: str, status: str, seconds: float) -> None:
        rule = environ.get("mingjing.route", "unknown")
        metrics.count_request(method, rule, status, seconds)
        if not self._access.isEnabledFor(logging.INFO):
            return
        line = {"method": method, "route": rule, "status": int(status), "ms": round(seconds * 1000, 1)}
        actor = environ.get("mingjing.actor")
        if actor is not None:
            # Network logs of staff are a duty (《网络安全法》). Of somebody without an account neither address, user
            # agent nor the path with its ids is kept: it may be a reporter.
            address = environ.get("mingjing.address")
            line |= {"person_id": actor.id, "path": environ["PATH_INFO"], "address": address}
        log.info("request", **line)
