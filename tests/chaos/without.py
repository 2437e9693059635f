"""`python -m tests.chaos.without inbox|late-acknowledgement|outbox module:Class`: a service with one protection off.

For tests of the checker alone: it must find what such a service loses or doubles. The patch is made in this process;
nothing in the service can be switched.
"""

from __future__ import annotations

# First: it patches the standard library for greenlets.
from chassis import run  # isort: skip

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

import orjson
from kombu import Connection

from chassis import clock, ids
from chassis.broker.wire import LOST
from chassis.consumer import Consume, Taken
from chassis.outbox.aggregates import Aggregates
from contracts.envelope import CONTENT_TYPE, seal
from contracts.event import Draft, Received
from services.tasks.store import TasksStore

Document = dict[str, Any]


def without_outbox() -> None:
    """New documents carry no events: these are published right after the write, once, and forgotten."""
    insert = Aggregates.insert

    def insert_then_publish(
        self: Aggregates, document: Document, events: Sequence[Draft] = (), session: Any = None
    ) -> Document:
        written = insert(self, document, (), session)
        _publish(events)
        return written

    Aggregates.insert = insert_then_publish  # type: ignore[method-assign]


def without_inbox() -> None:
    """A case has an id of its own, not its report's: opened again, it is another one."""
    add_cases = TasksStore.add_cases

    def add_new_cases(self: TasksStore, cases: Iterable[tuple[Document, Draft]]) -> set[str]:
        return add_cases(self, [({**document, "_id": ids.new_id()}, event) for document, event in cases])

    TasksStore.add_cases = add_new_cases  # type: ignore[method-assign]


def without_late_acknowledgement() -> None:
    """Events are acknowledged when they come, not when they have had their effect."""
    attempt = Consume._attempt

    def settle_then_attempt(
        self: Consume, call: Callable[[list[Received]], Any], batch: list[Taken]
    ) -> Exception | None:
        for taken in batch:
            taken.settle()
        return attempt(self, call, batch)

    Consume._attempt = settle_then_attempt  # type: ignore[method-assign]


def _publish(events: Sequence[Draft]) -> None:
    """As the framework's own dispatcher does: no confirm, no second try."""
    with suppress(*LOST), Connection(os.environ["AMQP_URI"]) as connection:
        producer = connection.Producer()
        for sequence, draft in enumerate(events, start=1):
            event = seal(draft, id=ids.new_id(), sequence=sequence, time=clock.now(), traceparent=None)
            producer.publish(
                orjson.dumps(event),
                exchange=draft.event.exchange(),
                routing_key=draft.event.routing_key(),
                content_type=CONTENT_TYPE,
                content_encoding="utf-8",
                delivery_mode=2,
            )


SWITCHED_OFF = {
    "inbox": without_inbox,
    "late-acknowledgement": without_late_acknowledgement,
    "outbox": without_outbox,
}

if __name__ == "__main__":
    SWITCHED_OFF[sys.argv[1]]()
    run.main(sys.argv[2:])
