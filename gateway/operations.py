"""For those who run the system: /healthz, /readyz, /metrics."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import orjson
from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest, multiprocess
from prometheus_client import REGISTRY as OWN_PROCESS

from chassis import clock
from chassis.rpc_client import Refused
from contracts.call import Call
from contracts.fields import NoInput
from contracts.operation import Operation
from contracts.roles import PUBLIC
from gateway import parts

Check = Callable[[], bool]

blp = Blueprint("operations", __name__)

# Probes give up early; a part that needs longer than this does not count as ready.
PATIENCE_SECONDS = 1.0

_asking = ThreadPoolExecutor(max_workers=8, thread_name_prefix="readyz")


@blp.get("/healthz")
def healthz() -> Response:
    """200 while the process can answer at all."""
    return Response(b'{"ok":true}', content_type="application/json")


@blp.get("/readyz")
def readyz() -> Response:
    """200 when the broker, the database and some service answer; 503 otherwise. ``parts`` names every part.

    One service that is away does not make the gateway unready: its requests are answered by 503, all others are
    served, and taking the gateway out of the way would end those too.
    """
    shared = parts.current()
    own: dict[str, Check] = {"broker": shared.broker_connected, "database": shared.limits.reachable}
    others: dict[str, Check] = {service: partial(_answers, shared, service) for service in services()}
    running = {name: _asking.submit(check) for name, check in (own | others).items()}
    well = {name: _outcome(future) for name, future in running.items()}
    ready = all(well[name] for name in own) and any(well[name] for name in others)
    said = {"ok": ready, "parts": {name: "ok" if state else "unavailable" for name, state in well.items()}}
    return Response(orjson.dumps(said), status=200 if ready else 503, content_type="application/json")


@blp.get("/metrics")
def metrics() -> Response:
    """The metrics of all worker processes, for Prometheus."""
    parts.current().door.tell_load()
    registry = OWN_PROCESS
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def services() -> list[str]:
    """The services that some route of this application calls."""
    return sorted({endpoint.operation.service for endpoint in parts.endpoints()})


def _answers(shared: parts.Parts, service: str) -> bool:
    """Whether the service takes requests; that it does not know this one shows it as well."""
    ping = Operation(service, "ping", request=NoInput, response=None, roles=PUBLIC, repeatable=True)
    now = clock.now()
    try:
        shared.rpc.call(ping, {}, Call(now=now, deadline=now + timedelta(seconds=PATIENCE_SECONDS)))
    except Refused as refusal:
        return refusal.name != "Fault"
    return True


def _outcome(future: Future[bool]) -> bool:
    try:
        return future.result(timeout=PATIENCE_SECONDS + 0.5)
    except Exception:
        # Whatever kept the part from answering, the probe's answer names the part.
        return False
