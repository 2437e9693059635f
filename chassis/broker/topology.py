"""The broker's objects as data: names, arguments, bindings; and their declaration.

Queues of events are quorum queues: replicated, durable, with a bounded number of redeliveries, and dead-lettered
at least once (https://www.rabbitmq.com/docs/quorum-queues). Everything here works from RabbitMQ 3.10 to 4.x.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from contracts.event import Event

RPC_EXCHANGE = "nameko-rpc"
RETRY_EXCHANGE = "retry"
# A headers exchange does not look at headers that begin with "x-": every queue would match.
WAIT_HEADER = "retry-wait"

# The net under crash loops: a message that takes its consumer down with it this often is set aside by the broker.
DELIVERY_LIMIT = 20


@dataclass(frozen=True)
class Exchange:
    """A durable exchange."""

    name: str
    kind: str

    def declare(self, channel: Any) -> None:
        """Creates it, or checks that it is as described."""
        channel.exchange_declare(self.name, self.kind, durable=True, auto_delete=False)


@dataclass(frozen=True)
class Queue:
    """A durable queue and its bindings ``(exchange, routing key, arguments)``."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)
    bindings: tuple[tuple[str, str, dict[str, Any]], ...] = ()

    def declare(self, channel: Any) -> None:
        """Creates it with its bindings, or checks that it is as described."""
        channel.queue_declare(self.name, durable=True, auto_delete=False, exclusive=False, arguments=self.arguments)
        for exchange, routing_key, arguments in self.bindings:
            channel.queue_bind(self.name, exchange, routing_key, arguments=arguments)


def event_exchange(event: type[Event]) -> Exchange:
    """``<service>.events``, nameko's own convention, so that a plain nameko listener can bind to it too."""
    return Exchange(event.exchange(), "topic")


def event_queue_name(event: type[Event], consumer: str, method: str) -> str:
    """``evt-<publisher>-<event>--<consumer>.<method>``."""
    return f"evt-{event.producer}-{event.routing_key()}--{consumer}.{method}"


def dead_letter_queue_name(queue: str) -> str:
    """Where messages of ``queue`` end that nobody could handle."""
    return f"{queue}.dead"


def event_queue(event: type[Event], consumer: str, method: str, *, ordered: bool = False) -> list[Exchange | Queue]:
    """A consumer's own queue for one event, with the exchange it is bound to and its dead-letter queue."""
    name = event_queue_name(event, consumer, method)
    dead = dead_letter_queue_name(name)
    arguments: dict[str, Any] = {
        "x-queue-type": "quorum",
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": dead,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
    if ordered:
        arguments["x-single-active-consumer"] = True
    return [
        event_exchange(event),
        Queue(dead, {"x-queue-type": "quorum"}),
        Queue(name, arguments, ((event.exchange(), event.routing_key(), {}),)),
    ]


def retry_queue_name(wait: float) -> str:
    """The shared queue in which a message waits ``wait`` seconds."""
    return f"retry.{wait:g}s"


def retries(waits: Iterable[float]) -> list[Exchange | Queue]:
    """The exchange ``retry`` with a waiting queue for each duration in seconds.

    A message published there carries the name of its own queue as routing key, to which the default exchange
    returns it when its time is up.
    """
    declared: list[Exchange | Queue] = [Exchange(RETRY_EXCHANGE, "headers")]
    for wait in waits:
        arguments = {
            "x-queue-type": "quorum",
            "x-message-ttl": round(wait * 1000),
            "x-dead-letter-exchange": "",
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        }
        match = {"x-match": "all", WAIT_HEADER: f"{wait:g}"}
        declared.append(Queue(retry_queue_name(wait), arguments, ((RETRY_EXCHANGE, "", match),)))
    return declared


def rpc_queue(service: str, queue_type: str) -> list[Exchange | Queue]:
    """The queue that all replicas of a service take requests from, named and bound as nameko does.

    Requests are transient and short-lived, so the queue is ``classic`` unless a cluster asks for ``quorum``.
    """
    arguments = {"x-queue-type": "quorum"} if queue_type == "quorum" else {}
    return [
        Exchange(RPC_EXCHANGE, "topic"),
        Queue(f"rpc-{service}", arguments, ((RPC_EXCHANGE, f"{service}.*", {}),)),
    ]


def declare(channel: Any, objects: Iterable[Exchange | Queue]) -> None:
    """Declares everything; a ``PreconditionFailed`` names the object that exists with other arguments."""
    for described in objects:
        described.declare(channel)
