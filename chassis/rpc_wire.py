"""What an RPC message looks like: nameko's own form, with our circumstances in the headers.

Body ``{"args": [], "kwargs": {"request": …}}`` to exchange ``nameko-rpc``; the reply is ``{"result", "error"}``,
where ``error`` is ``null`` or ``{"exc_type", "exc_path", "exc_args", "value", "details"}``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson

from chassis import clock
from contracts.call import DEFAULT_LANGUAGE, Actor, Call

CONTENT_TYPE = "application/json"
DIRECT_REPLY_TO = "amq.rabbitmq.reply-to"

_DEADLINE = "x-deadline"
_ACTOR = "x-actor"
_KEY = "x-idempotency-key"
_LANGUAGE = "x-language"
_TRACEPARENT = "traceparent"


def request_body(request: dict[str, Any]) -> bytes:
    """The message body of a request."""
    return orjson.dumps({"args": [], "kwargs": {"request": request}})


def reply_body(result: Any, error: dict[str, Any] | None) -> bytes:
    """The message body of a reply."""
    return orjson.dumps({"result": result, "error": error})


def error_body(name: str, details: dict[str, Any], *, path: str = "chassis.refusals") -> dict[str, Any]:
    """The ``error`` of a reply, readable by nameko's own proxies too."""
    return {"exc_type": name, "exc_path": f"{path}.{name}", "exc_args": [], "value": name, "details": details}


def headers_of(call: Call) -> dict[str, Any]:
    """The headers that carry ``call``; the deadline in milliseconds since 1970."""
    headers: dict[str, Any] = {}
    if call.deadline is not None:
        headers[_DEADLINE] = int(call.deadline.timestamp() * 1000)
    if call.actor is not None:
        headers[_ACTOR] = orjson.dumps(call.actor.as_claims()).decode()
    if call.idempotency_key is not None:
        headers[_KEY] = call.idempotency_key
    if call.language != DEFAULT_LANGUAGE:
        headers[_LANGUAGE] = call.language
    if call.traceparent is not None:
        headers[_TRACEPARENT] = call.traceparent
    return headers


def call_of(headers: dict[str, Any], traceparent: str | None) -> Call:
    """The call that the headers carry; ``ValueError`` or ``KeyError`` when they are malformed."""
    deadline = headers.get(_DEADLINE)
    actor = headers.get(_ACTOR)
    return Call(
        now=clock.now(),
        deadline=datetime.fromtimestamp(int(deadline) / 1000, UTC) if deadline is not None else None,
        actor=Actor.from_claims(orjson.loads(actor)) if actor is not None else None,
        idempotency_key=headers.get(_KEY),
        language=headers.get(_LANGUAGE, DEFAULT_LANGUAGE),
        traceparent=traceparent,
    )


def expired(headers: dict[str, Any], now: datetime) -> bool:
    """Whether nobody waits for the answer any more."""
    deadline = headers.get(_DEADLINE)
    return deadline is not None and now.timestamp() * 1000 > int(deadline)


def traceparent_of(headers: dict[str, Any]) -> str | None:
    """The caller's trace context."""
    value = headers.get(_TRACEPARENT)
    return value if isinstance(value, str) else None
