"""What tests do with the probes: print sheets, look at the desk, speak to the broker without the chassis."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import amqp
import orjson
from kombu import Connection
from pymongo import MongoClient

from chassis import clock, ids
from chassis.broker.topology import dead_letter_queue_name, event_queue_name
from contracts.call import Call
from contracts.envelope import CONTENT_TYPE, seal
from contracts.event import Event
from tests.integration.chassis.probes import (
    BellRungV1,
    DeskStore,
    PageTurnedV1,
    PressStore,
    SheetPrintedV1,
)

SHEETS = event_queue_name(SheetPrintedV1, "desk", "file_sheet")
PAGES = event_queue_name(PageTurnedV1, "desk", "count_pages")
BELLS = event_queue_name(BellRungV1, "desk", "hear_bell")

# Seconds for an answer that does come, however loaded the machine is.
PATIENCE = 120


class Wire:
    """A plain AMQP connection, as any other program would have it; for each use a new one."""

    def __init__(self, uri: str) -> None:
        self.uri = uri

    @contextmanager
    def channel(self) -> Iterator[amqp.Channel]:
        with Connection(self.uri, connect_timeout=5) as connection:
            connection.connect()
            yield connection.connection.channel()

    def publish(
        self, exchange: str, routing_key: str, bodies: Iterable[bytes], content_type: str = CONTENT_TYPE
    ) -> None:
        """Publishes with confirms."""
        with self.channel() as channel:
            channel.confirm_select()
            for body in bodies:
                message = amqp.Message(body, content_type=content_type, delivery_mode=2)
                channel.basic_publish_confirm(message, exchange, routing_key, timeout=10)

    def ready(self, queue: str) -> int:
        """How many messages wait in ``queue``, not counting those that a consumer holds."""
        with self.channel() as channel:
            return int(channel.queue_declare(queue, passive=True).message_count)

    def take(self, queue: str) -> Any:
        """The next message of ``queue``, taken out; ``None`` when it is empty."""
        with self.channel() as channel:
            return channel.basic_get(queue, no_ack=True)

    def dead(self, queue: str) -> Any:
        """The next dead letter of a consumer's queue."""
        return self.take(dead_letter_queue_name(queue))


@dataclass
class Desk:
    """The desk's database, and a way to hand it events without a press."""

    wire: Wire
    store: DeskStore

    def hand(self, event: type[Event], do: str = "handle", *, count: int = 1, gate: str = "") -> list[str]:
        """Publishes ``count`` events straight to the exchange; returns their ids."""
        envelopes = [envelope(event, f"s-{secrets.token_hex(4)}", 1, do=do, gate=gate) for _ in range(count)]
        self.wire.publish(event.exchange(), event.routing_key(), [orjson.dumps(e) for e in envelopes])
        return [e["id"] for e in envelopes]

    def runs(self, *what: str) -> list[int]:
        """How often the handler has begun for each."""
        return [self.store.runs(one) for one in what]

    def moments(self, what: str) -> list[float]:
        """When it began, in seconds."""
        return [run["at"].timestamp() for run in self.store.db.runs.find({"what": what}).sort("at", 1)]

    def done(self, *what: str) -> bool:
        """Whether all have had their effect."""
        return self.store.db.effects.count_documents({"_id": {"$in": list(what)}}) == len(set(what))

    def begun(self, *what: str) -> int:
        """For how many of these the handler has begun."""
        return len(self.store.db.runs.distinct("what", {"what": {"$in": list(what)}}))

    def open_gate(self, gate: str) -> None:
        self.store.db.gates.insert_one({"_id": gate})


@dataclass
class Press:
    """Writes sheets with their events into the press's database, as its handlers would."""

    store: PressStore
    _versions: dict[str, Any] = field(default_factory=dict)

    def print(self, subject: str, event: type[Event] = SheetPrintedV1, do: str = "handle") -> str:
        """One change of a sheet with one event; returns the event's id."""
        sheets = self.store.aggregates("sheets")
        draft = event.draft(subject, do=do)
        known = self._versions.get(subject)
        if known is None:
            document = sheets.insert({"_id": subject}, [draft])
        else:
            document = sheets.update(known, {"$set": {"at": clock.now()}}, [draft])
        self._versions[subject] = document
        return str(document["outbox"][-1]["id"])

    def pending(self) -> int:
        """How many sheets have events that are not published yet."""
        return int(self.store.db.sheets.count_documents({"outbox.0.id": {"$exists": True}}))


def desk_of(wire: Wire, client: MongoClient[Any], prefix: str) -> Desk:
    return Desk(wire, DeskStore(client, prefix))


def envelope(event: type[Event], subject: str, sequence: int, **data: Any) -> dict[str, Any]:
    """A sealed event that no database knows."""
    draft = event.draft(subject, **data)
    return seal(draft, id=ids.new_id(), sequence=sequence, time=clock.now(), traceparent=None)


class Listener:
    """A queue of the test's own, bound to an exchange: what a consumer outside the project would receive."""

    def __init__(self, wire: Wire, exchange: str, routing_key: str) -> None:
        self._wire = wire
        self.queue = f"listener-{secrets.token_hex(4)}"
        with wire.channel() as channel:
            channel.exchange_declare(exchange, "topic", durable=True, auto_delete=False)
            arguments = {"x-queue-type": "quorum"}
            channel.queue_declare(self.queue, durable=True, auto_delete=False, arguments=arguments)
            channel.queue_bind(self.queue, exchange, routing_key)
        self.received: list[dict[str, Any]] = []

    def collect(self) -> list[dict[str, Any]]:
        """Takes what has arrived; returns all envelopes received so far, in order."""
        with self._wire.channel() as channel:
            while (message := channel.basic_get(self.queue, no_ack=True)) is not None:
                self.received.append(orjson.loads(message.body))
        return self.received

    def ids(self) -> list[str]:
        return [e["id"] for e in self.collect()]


_background = ThreadPoolExecutor(max_workers=64, thread_name_prefix="test")


def in_background(function: Callable[..., Any], *arguments: Any, **named: Any) -> Future[Any]:
    """Runs it while the test goes on; its future ends with what it returned or raised."""
    return _background.submit(function, *arguments, **named)


def call_within(seconds: float) -> Call:
    """A call by nobody, to be answered within ``seconds`` from now."""
    now = clock.now()
    return Call(now=now, deadline=now + timedelta(seconds=seconds))
