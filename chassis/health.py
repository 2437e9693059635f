"""Liveness, readiness and metrics of a service process, over HTTP inside the process.

``/healthz`` says whether the process should be left alone (200) or restarted (503); ``/readyz`` whether its
broker and its database can be reached; ``/metrics`` is for Prometheus.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import orjson
from prometheus_client import make_wsgi_app

Check = Callable[[], bool]


class Health:
    """The named checks of one process. A check returns whether its part is well; an exception means it is not."""

    def __init__(self) -> None:
        self._alive: dict[str, Check] = {}
        self._ready: dict[str, Check] = {}

    def alive(self, name: str, check: Check) -> None:
        """Adds a part without which the process must be restarted. The check must not wait for anything."""
        self._alive[name] = check

    def ready(self, name: str, check: Check) -> None:
        """Adds a part without which the process cannot work now. The check may wait about a second."""
        self._ready[name] = check

    def report(self, path: str) -> tuple[bool, dict[str, bool]]:
        """Whether all is well, and part by part."""
        checks = self._alive if path == "/healthz" else self._ready
        parts = {name: _passes(check) for name, check in checks.items()}
        return all(parts.values()), parts


def _passes(check: Check) -> bool:
    try:
        return check()
    except Exception:
        # A check that cannot be made has the same meaning as one that fails; the probe's answer names the part.
        return False


HEALTH = Health()


def wsgi_app(service: str, health: Health = HEALTH) -> Callable[..., Iterable[bytes]]:
    """The three paths as a WSGI application."""
    metrics = make_wsgi_app()

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/metrics":
            answer: Iterable[bytes] = metrics(environ, start_response)
            return answer
        if path not in ("/healthz", "/readyz"):
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"/healthz, /readyz or /metrics\n"]
        well, parts = health.report(path)
        start_response("200 OK" if well else "503 Service Unavailable", [("Content-Type", "application/json")])
        return [orjson.dumps({"service": service, "ok": well, "parts": parts})]

    return app
