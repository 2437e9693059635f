"""W3C Trace Context from HTTP through RPC and events (https://www.w3.org/TR/trace-context/).

Without an OTLP endpoint only ids are made and passed on, which costs microseconds. With one, every step is also
recorded as an OpenTelemetry span and exported.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import structlog

_TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$")
_tracer: Any = None
_providers: list[Any] = []
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def current() -> str | None:
    """The traceparent of the step that runs now, for what it sends and writes."""
    return _current.get()


def configure(service: str, otlp_endpoint: str | None) -> None:
    """Turns the export of spans on when an endpoint is given (``http://collector:4318``)."""
    global _tracer
    if not otlp_endpoint:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    endpoint = f"{otlp_endpoint.rstrip('/')}/v1/traces"
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    _tracer = provider.get_tracer("mingjing")
    _providers.append(provider)


def flush() -> None:
    """Sends the spans that are not exported yet; for the end of a process."""
    for provider in _providers:
        provider.shutdown()


def valid(traceparent: str | None) -> str | None:
    """The header if it is well formed and its ids are not all zero; ``None`` otherwise."""
    match = _TRACEPARENT.match(traceparent) if traceparent else None
    if match and match[1] != "0" * 32 and match[2] != "0" * 16:
        return traceparent
    return None


def child(parent: str | None) -> str:
    """A new step under ``parent``, or the first step of a new trace."""
    parent = valid(parent)
    if parent is None:
        return f"00-{_digits(32)}-{_digits(16)}-01"
    return f"{parent[:36]}{_digits(16)}{parent[52:]}"


def _digits(count: int) -> str:
    # Ids are to be told apart, not kept from being guessed; asking the kernel would let go of the interpreter's lock.
    return f"{random.getrandbits(4 * count):0{count}x}"


def trace_id(traceparent: str | None) -> str | None:
    """The 32 hex digits that everything under one request shares."""
    return traceparent[3:35] if traceparent else None


@contextmanager
def step(name: str, kind: str, parent: str | None, **attributes: Any) -> Iterator[str]:
    """Yields the traceparent of a new step; logs within carry its trace id.

    ``kind``: server, client, producer or consumer.
    """
    if _tracer is None:
        traceparent = child(parent)
        with _within(traceparent):
            yield traceparent
        return
    from opentelemetry import propagate
    from opentelemetry.trace import SpanKind

    context = propagate.extract({"traceparent": parent} if parent else {})
    span_kind = SpanKind[kind.upper()]
    with _tracer.start_as_current_span(name, context, span_kind, attributes, record_exception=False):
        carrier: dict[str, str] = {}
        propagate.inject(carrier)
        with _within(carrier["traceparent"]):
            yield carrier["traceparent"]


@contextmanager
def _within(traceparent: str) -> Iterator[None]:
    token = _current.set(traceparent)
    try:
        with structlog.contextvars.bound_contextvars(trace_id=traceparent[3:35]):
            yield
    finally:
        _current.reset(token)
