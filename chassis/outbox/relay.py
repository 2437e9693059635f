"""The relay: publishes pending events in batches and takes them out of their documents.

One relay of a service is active at a time (a lease), so events of a subject leave in order. It is woken by the
writes of its own process, by a change stream when other replicas write too, and by a sweep in any case. Nothing
is taken out before the broker has confirmed it, so an event may be published twice but never lost.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import eventlet
import orjson
import structlog
from eventlet.event import Event
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern

from chassis import clock, metrics
from chassis.broker.publisher import Message, NotPublished, Publisher
from chassis.faults import database_away, describe
from chassis.lease import Lease
from chassis.outbox.aggregates import PENDING, Document
from chassis.outbox.held import Held
from contracts.envelope import CONTENT_TYPE
from contracts.fields import parse_instant

_log = structlog.get_logger(__name__)

BATCH = 500
LEASE_SECONDS = 10.0
_RENEW_SECONDS = 2.0
_PAUSE_AFTER_FAILURE = 0.5
# With several replicas writing, wakes that come this close together share a round.
_GATHER_SECONDS = 0.005


@dataclass(frozen=True)
class Pending:
    """A document and the pending events that it had when it was read."""

    id: Any
    events: list[Document]


class Outbox:
    """The pending events of one collection."""

    def __init__(self, collection: Collection[Document]) -> None:
        # What is published must not be rolled back by a fail-over. Removals wait for the majority too, or the next
        # read would still find what has just been published.
        self._collection = collection.with_options(read_concern=ReadConcern("majority"))

    def pending(self, limit: int, skip: Sequence[Any] = ()) -> list[Pending]:
        """The documents that have waited longest, with all their events in order."""
        filter: dict[str, Any] = {f"{PENDING}.0.id": {"$exists": True, "$gt": ""}}
        if skip:
            filter["_id"] = {"$nin": list(skip)}
        found = (
            self._collection.find(filter, {PENDING: 1}).sort(f"{PENDING}.0.id", 1).limit(limit).hint("pending_events")
        )
        return [Pending(document["_id"], document[PENDING]) for document in found]

    def remove(self, published: Sequence[Pending]) -> None:
        """Takes published events out of their documents, all in one command."""
        documents = [pending.id for pending in published]
        events = [event["id"] for pending in published for event in pending.events]
        self._collection.update_many({"_id": {"$in": documents}}, {"$pull": {PENDING: {"id": {"$in": events}}}})


class Relay:
    """The relay of one replica. ``run`` and ``watch`` are the bodies of managed greenlets."""

    def __init__(
        self, database: Database[Document], outboxes: Sequence[str], publisher: Publisher, sweep: float
    ) -> None:
        self._database = database
        self._names = tuple(outboxes)
        self._outboxes = [Outbox(database[name]) for name in outboxes]
        self._held = {outbox: Held(time.monotonic) for outbox in self._outboxes}
        # Since when the oldest event waits that the broker, being away, has not been given.
        self._unpublished: dict[Outbox, datetime | None] = {}
        self._next_sweep = 0.0
        self._publisher = publisher
        self._sweep = sweep
        self._lease = Lease(database, "relay", LEASE_SECONDS)
        self._woken: Event = Event()
        self._ended: Event = Event()
        self._stopping = False
        self._others_write = False

    def wake(self) -> None:
        """Events were written; looks for them now, if this relay is the active one."""
        if not self._woken.ready():
            self._woken.send()

    def run(self) -> None:
        """Relays until ``stop``."""
        while not self._stopping:
            due = self._wait()
            try:
                if not self._stopping and self._lease.hold(renew_after=_RENEW_SECONDS):
                    self._others_write = self._lease.contested
                    if due:
                        self._drain()
                elif not self._stopping:
                    metrics.OUTBOX_PENDING_AGE.set(0)  # its active relay tells of it
            except NotPublished as error:
                _log.warning("relay waits for the broker", reason=str(error))
                self._try_again()
            except PyMongoError as error:
                if database_away(error):
                    _log.warning("relay waits for the database", reason=type(error).__name__)
                else:
                    _log.error("relay failed", exc_info=error)
                self._try_again()
        self._ended.send()

    def watch(self) -> None:
        """Wakes the relay for what other replicas write. A change stream only hints: the sweep finds the rest."""
        while not self._stopping:
            if not (self._lease.held and self._others_write):
                eventlet.sleep(_RENEW_SECONDS)
                continue
            try:
                self._follow()
            except PyMongoError as error:
                # Resume tokens die with the oplog (error 286); the sweep has covered the gap by then.
                _log.info("change stream ended", reason=describe(error))
                eventlet.sleep(_PAUSE_AFTER_FAILURE)

    def stop(self) -> None:
        """Publishes what the last handlers wrote and gives the role to another replica."""
        self._stopping = True
        self.wake()
        self._ended.wait()
        try:
            if self._lease.held:
                self._drain()
                self._lease.release()
        except (NotPublished, PyMongoError) as error:
            _log.warning("relay stopped with events pending", reason=describe(error))

    def _wait(self) -> bool:
        """Returns when it was woken, or in time to renew the lease; and whether it is time to look for events."""
        with eventlet.Timeout(min(self._sweep, _RENEW_SECONDS), False):
            self._woken.wait()
        due = self._woken.ready() or time.monotonic() >= self._next_sweep
        if due:
            self._woken = Event()
            self._next_sweep = time.monotonic() + self._sweep
        return due

    def _try_again(self) -> None:
        eventlet.sleep(_PAUSE_AFTER_FAILURE)
        self.wake()

    def _drain(self) -> None:
        busy = True
        try:
            while busy and self._lease.hold(renew_after=_RENEW_SECONDS):
                rounds = [self._round(outbox, self._held[outbox]) for outbox in self._outboxes]
                busy = any(rounds)
        finally:
            waiting = [held.oldest for held in self._held.values()] + list(self._unpublished.values())
            oldest = min(filter(None, waiting), default=None)
            metrics.OUTBOX_PENDING_AGE.set((clock.now() - oldest).total_seconds() if oldest else 0)

    def _round(self, outbox: Outbox, held: Held) -> bool:
        """Publishes one batch; returns whether there is reason to look again at once."""
        skip = held.ids
        if held.full:
            return False
        pending = outbox.pending(BATCH, skip)
        if not pending:
            held.relax()
            return False
        self._unpublished[outbox] = parse_instant(pending[0].events[0]["time"])
        arrived = self._publish(pending)
        self._unpublished[outbox] = None
        published = [item for item in arrived if item.events]
        if published:
            outbox.remove(published)
        stuck = {
            item.id: item for item, done in zip(pending, arrived, strict=True) if len(done.events) < len(item.events)
        }
        if stuck:
            held.hold({id: parse_instant(item.events[0]["time"]) for id, item in stuck.items()})
            _log.error("events not taken by the broker", documents=len(stuck), types=sorted(_types(stuck.values())))
        return len(pending) == BATCH or (bool(published) and self._woken.ready())

    def _publish(self, pending: Sequence[Pending]) -> list[Pending]:
        """Publishes a batch; returns each document with the events that arrived before the first that did not.

        What arrived behind a refused event stays pending with it, so that a subject's events leave in order.
        """
        refused = self._publisher.publish(list(_messages(pending)))
        now = clock.now()
        position = 0
        arrived: list[Pending] = []
        for item in pending:
            positions = range(position, position + len(item.events))
            position = positions.stop
            first_refused = next((at - positions.start for at in positions if at in refused), len(item.events))
            for event in item.events[:first_refused]:
                metrics.OUTBOX_PUBLISHED.labels(event["type"]).inc()
                metrics.OUTBOX_LAG.observe(max(0.0, (now - parse_instant(event["time"])).total_seconds()))
            for at in refused.unroutable.intersection(positions):
                metrics.OUTBOX_UNROUTABLE.labels(item.events[at - positions.start]["type"]).inc()
            arrived.append(Pending(item.id, item.events[:first_refused]))
        return arrived

    def _follow(self) -> None:
        pipeline: list[dict[str, Any]] = [
            {
                "$match": {
                    "operationType": {"$in": ["insert", "update", "replace"]},
                    "ns.coll": {"$in": self._names},
                }
            },
            {"$project": {"_id": 1}},
        ]
        with self._database.watch(pipeline, max_await_time_ms=1000) as stream:
            self.wake()
            while not self._stopping and self._lease.held and self._others_write:
                if stream.try_next() is not None:
                    self.wake()
                    eventlet.sleep(_GATHER_SECONDS)


def _types(pending: Iterable[Pending]) -> set[str]:
    return {event["type"] for item in pending for event in item.events}


def _messages(pending: Sequence[Pending]) -> Iterator[Message]:
    for item in pending:
        for event in item.events:
            producer, name, version = event["type"].split(".")
            yield Message(
                exchange=f"{producer}.events",
                routing_key=name if version == "v1" else f"{name}_{version}",
                body=orjson.dumps(event),
                content_type=CONTENT_TYPE,
                message_id=event["id"],
                headers={"traceparent": event["traceparent"]} if event.get("traceparent") else {},
                type=event["type"],
            )
