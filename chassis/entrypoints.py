"""What a service class consumes and serves, read from its decorators without starting it."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any

from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR, Entrypoint

from chassis.broker.topology import Exchange, Queue, event_queue_name, retries
from chassis.config import Settings
from chassis.consumer import Consume
from chassis.rpc_server import Serve


def entrypoints(service: Any) -> list[Entrypoint]:
    """The entrypoints of a service class, each with ``method_name`` set."""
    found: list[Entrypoint] = []
    for name, method in inspect.getmembers(service, inspect.isfunction):
        for entrypoint in getattr(method, ENTRYPOINT_EXTENSIONS_ATTR, ()):
            entrypoint.method_name = name
            found.append(entrypoint)
    return found


def topology(services: Iterable[Any], settings: Settings) -> list[Exchange | Queue]:
    """Every exchange and queue that these services need, each once, exchanges before what is bound to them."""
    objects: list[Exchange | Queue] = list(retries(settings.retry_waits))
    for service in services:
        for entrypoint in entrypoints(service):
            if isinstance(entrypoint, Consume):
                objects += entrypoint.topology(service.name)
            elif isinstance(entrypoint, Serve):
                objects += entrypoint.topology(service.name, settings.rpc_queue_type)
    unique: dict[tuple[str, str], Exchange | Queue] = {}
    for described in objects:
        unique.setdefault((type(described).__name__, described.name), described)
    return list(unique.values())


def consumer_queues(services: Iterable[Any]) -> list[str]:
    """The names of all event queues of these services."""
    return [
        event_queue_name(entrypoint.event, service.name, entrypoint.method_name)
        for service in services
        for entrypoint in entrypoints(service)
        if isinstance(entrypoint, Consume)
    ]
