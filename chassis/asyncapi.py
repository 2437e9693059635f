"""The AsyncAPI 3 document of all events, made from the contracts and from who consumes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from inspect import cleandoc
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from chassis.consumer import Consume
from chassis.entrypoints import entrypoints
from contracts.envelope import CONTENT_TYPE
from contracts.event import Event

VERSION = "3.0.0"


def asyncapi(
    events: Iterable[type[Event]], services: Iterable[Any], samples: Mapping[str, Any], version: str
) -> dict[str, Any]:
    """The document. ``samples``: a full envelope for each event type, shown as its example."""
    events = sorted(events, key=lambda event: event.type())
    consumers = _consumers(services)
    channels = {event.type(): _channel(event) for event in events}
    operations: dict[str, Any] = {}
    for event in events:
        reference = {"$ref": f"#/channels/{_pointer(event.type())}"}
        operations[f"{event.producer}.sends.{event.event}.v{event.version}"] = {
            "action": "send",
            "channel": reference,
            "summary": f"Published by {event.producer}.",
        }
        for queue in consumers.get(event.type(), []):
            operations[queue] = {
                "action": "receive",
                "channel": reference,
                "summary": f"Consumed from the quorum queue {queue}.",
                "bindings": {"amqp": {"ack": True, "bindingVersion": "0.3.0"}},
            }
    return {
        "asyncapi": VERSION,
        "info": {
            "title": "Mingjing events",
            "version": version,
            "description": "What the services tell each other: CloudEvents 1.0 in structured JSON over AMQP 0-9-1. "
            "At least once; `sequence` counts within `subject`.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": channels,
        "operations": operations,
        "components": {
            "messages": {event.type(): _message(event, samples) for event in events},
            "schemas": _schemas(events),
        },
    }


def _consumers(services: Iterable[Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for service in services:
        for entrypoint in entrypoints(service):
            if isinstance(entrypoint, Consume):
                queue = entrypoint.topology(service.name)[-1].name
                found.setdefault(entrypoint.event.type(), []).append(queue)
    return found


def _channel(event: type[Event]) -> dict[str, Any]:
    return {
        "address": event.routing_key(),
        "messages": {"event": {"$ref": f"#/components/messages/{_pointer(event.type())}"}},
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {"name": event.exchange(), "type": "topic", "durable": True, "autoDelete": False},
                "bindingVersion": "0.3.0",
            }
        },
    }


def _message(event: type[Event], samples: Mapping[str, Any]) -> dict[str, Any]:
    summary, _, description = cleandoc(event.__doc__ or "").partition("\n")
    message: dict[str, Any] = {
        "name": event.type(),
        "title": event.__name__,
        "summary": summary,
        "contentType": CONTENT_TYPE,
        "payload": {
            "allOf": [
                {"$ref": "#/components/schemas/Envelope"},
                {
                    "type": "object",
                    "properties": {
                        "type": {"const": event.type()},
                        "data": {"$ref": f"#/components/schemas/{event.__name__}"},
                    },
                },
            ]
        },
    }
    if description.strip():
        message["description"] = description.strip()
    if event.type() in samples:
        message["examples"] = [{"payload": samples[event.type()]}]
    return message


def _schemas(events: Iterable[type[Event]]) -> dict[str, Any]:
    from contracts.envelope import Envelope
    from contracts.fields import Instant

    plugin = MarshmallowPlugin()
    spec = APISpec("", "", "3.1.0", plugins=[plugin])
    assert plugin.converter is not None
    plugin.converter.field_mapping = {**plugin.converter.field_mapping, Instant: ("string", "date-time")}
    spec.components.schema("Envelope", schema=Envelope)
    for event in events:
        spec.components.schema(event.__name__, schema=event)
    schemas: dict[str, Any] = spec.to_dict()["components"]["schemas"]
    return schemas


def _pointer(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
