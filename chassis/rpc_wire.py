"""What an RPC message looks like: nameko's own form, with our circumstances in the headers.

Body ``{"args": [], "kwargs": {"request": …}}`` to exchange ``nameko-rpc``; the reply is ``{"result", "error"}``,
where ``error`` is ``null`` or ``{"exc_type", "exc_path", "exc_args", "value", "details"}``.

A request or result with ``bytes`` among its fields (``contracts.fields.Binary``) goes as they are, without base64: four
bytes with the length of the JSON, the JSON with ``"binary": {field: length}`` in place of these fields, then the bytes
one after the other. JSON begins with a brace and such a message with a zero, so that each body tells what it is.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson

from chassis import clock
from contracts.call import DEFAULT_LANGUAGE, Actor, Call

CONTENT_TYPE = "application/json"
BINARY_CONTENT_TYPE = "application/vnd.mingjing.json-and-bytes"
DIRECT_REPLY_TO = "amq.rabbitmq.reply-to"

# The JSON of a message stays below 16 MiB, so the first of its length's bytes is a zero.
_LENGTH_BYTES = 4

_DEADLINE = "x-deadline"
_ACTOR = "x-actor"
_KEY = "x-idempotency-key"
_LANGUAGE = "x-language"
_TRACEPARENT = "traceparent"


def request_body(request: dict[str, Any]) -> bytes:
    """The message body of a request."""
    plain, binary = _apart(request)
    return _together({"args": [], "kwargs": {"request": plain}}, binary)


def reply_body(result: Any, error: dict[str, Any] | None) -> bytes:
    """The message body of a reply."""
    plain, binary = _apart(result) if type(result) is dict else (result, None)
    return _together({"result": plain, "error": error}, binary)


def request_of(body: bytes | str) -> dict[str, Any]:
    """The request of a message body; ``ValueError``, ``KeyError`` or ``TypeError`` when it is malformed."""
    message, binary = _divided(body)
    request: dict[str, Any] = message["kwargs"]["request"]
    return {**request, **binary} if binary else request


def reply_of(body: bytes | str) -> tuple[Any, dict[str, Any] | None]:
    """Result and error of a reply's body; errors as ``request_of``."""
    message, binary = _divided(body)
    result = message["result"]
    return {**result, **binary} if binary else result, message["error"]


def body_properties(body: bytes) -> dict[str, str]:
    """The properties that describe this body. Bytes are not to be decoded on arrival, so they name no encoding."""
    if _is_framed(body):
        return {"content_type": BINARY_CONTENT_TYPE}
    return {"content_type": CONTENT_TYPE, "content_encoding": "utf-8"}


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


def _apart(values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, bytes] | None]:
    """The fields for JSON, and those that are bytes."""
    if not any(type(value) is bytes for value in values.values()):
        return values, None
    binary = {name: value for name, value in values.items() if type(value) is bytes}
    return {name: value for name, value in values.items() if name not in binary}, binary


def _together(message: dict[str, Any], binary: dict[str, bytes] | None) -> bytes:
    if binary is None:
        return orjson.dumps(message)
    head = orjson.dumps({**message, "binary": {name: len(value) for name, value in binary.items()}})
    return b"".join((len(head).to_bytes(_LENGTH_BYTES, "big"), head, *binary.values()))


def _divided(body: bytes | str) -> tuple[dict[str, Any], dict[str, bytes] | None]:
    if isinstance(body, str) or not _is_framed(body):
        return orjson.loads(body), None
    start = _LENGTH_BYTES + int.from_bytes(body[:_LENGTH_BYTES], "big")
    message = orjson.loads(body[_LENGTH_BYTES:start])
    binary: dict[str, bytes] = {}
    for name, length in message["binary"].items():
        binary[name] = body[start : start + length]
        start += length
    if start != len(body):
        raise ValueError("the lengths do not add up")
    return message, binary


def _is_framed(body: bytes) -> bool:
    return body[:1] == b"\x00"
