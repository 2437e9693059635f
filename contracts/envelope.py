"""The envelope of every event: CloudEvents 1.0, structured JSON, with ``sequence`` and ``traceparent``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from contracts.event import Draft, Event, Received
from contracts.fields import Instant, format_instant

CONTENT_TYPE = "application/cloudevents+json"


class Envelope(Schema):
    """CloudEvents 1.0 context attributes that we require; other extensions are let through."""

    class Meta:
        unknown = EXCLUDE

    specversion = fields.String(required=True, validate=validate.Equal("1.0"))
    id = fields.String(required=True, validate=validate.Length(min=1, max=128))
    source = fields.String(required=True)
    type = fields.String(required=True)
    subject = fields.String(required=True, validate=validate.Length(min=1, max=256))
    time = Instant(required=True)
    datacontenttype = fields.String(load_default="application/json")
    sequence = fields.Integer(required=True, validate=validate.Range(min=1))
    traceparent = fields.String(load_default=None, allow_none=True)
    data = fields.Dict(required=True)


_SCHEMA = Envelope()


class InvalidEvent(Exception):
    """A message that is no event of the expected type. ``errors`` maps fields to messages, without their values."""

    def __init__(self, errors: Any) -> None:
        super().__init__(f"not a valid event: {errors}")
        self.errors = errors


def seal(draft: Draft, *, id: str, sequence: int, time: datetime, traceparent: str | None) -> dict[str, Any]:
    """The envelope of a drafted event, ready for JSON."""
    envelope: dict[str, Any] = {
        "specversion": "1.0",
        "id": id,
        "source": f"/services/{draft.event.producer}",
        "type": draft.event.type(),
        "subject": draft.subject,
        "time": format_instant(time),
        "datacontenttype": "application/json",
        "sequence": sequence,
        "data": draft.data,
    }
    if traceparent:
        envelope["traceparent"] = traceparent
    return envelope


def open_envelope(event: type[Event], message: Any) -> Received:
    """The received event of a decoded JSON message; ``InvalidEvent`` names every wrong field."""
    if not isinstance(message, Mapping):
        raise InvalidEvent({"_schema": ["Not a JSON object."]})
    try:
        envelope = _SCHEMA.load(message)
    except ValidationError as error:
        raise InvalidEvent(error.messages) from error
    if envelope["type"] != event.type():
        raise InvalidEvent({"type": [f"Expected {event.type()}."]})
    try:
        data = event.schema().load(envelope["data"])
    except ValidationError as error:
        raise InvalidEvent({"data": error.messages}) from error
    return Received(
        id=envelope["id"],
        type=envelope["type"],
        subject=envelope["subject"],
        sequence=envelope["sequence"],
        time=envelope["time"],
        data=data,
        traceparent=envelope["traceparent"],
    )
