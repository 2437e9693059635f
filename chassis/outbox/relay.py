"""The relay: publishes pending events in batches and takes them out of their documents.

One relay of a service is active at a time (a lease), so events of a subject leave in order. The writes of its own
process hand their events over; those of other replicas are told of by a change stream; a sweep finds all the rest.
Nothing is taken out before the broker has confirmed it, so an event may be published twice but never lost.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import eventlet
import orjson
import structlog
from eventlet.event import Event
from pymongo.database import Database
from pymongo.errors import PyMongoError

from chassis import clock, metrics
from chassis.broker.publisher import Message, NotPublished, Publisher
from chassis.faults import database_away, describe
from chassis.lease import Lease
from chassis.outbox.backlog import Backlog
from chassis.outbox.pending import PENDING, Document, Outbox, Pending, waiting_since
from contracts.envelope import CONTENT_TYPE

_log = structlog.get_logger(__name__)

BATCH = 500
LEASE_SECONDS = 10.0
_RENEW_SECONDS = 2.0
_PAUSE_AFTER_FAILURE = 0.5
# With several replicas writing, hints that come this close together share a look.
_GATHER_SECONDS = 0.005


class Relay:
    """The relay of one replica. ``run`` and ``watch`` are the bodies of managed greenlets."""

    def __init__(
        self, database: Database[Document], outboxes: Sequence[str], publisher: Publisher, sweep: float
    ) -> None:
        self._database = database
        self._backlogs = {name: Backlog(Outbox(database[name])) for name in outboxes}
        self._publisher = publisher
        self._sweep = sweep
        self._lease = Lease(database, "relay", LEASE_SECONDS)
        self._woken: Event = Event()
        self._ended: Event = Event()
        self._stopping = False
        self._others_write = False
        self._hints: list[tuple[Backlog, Any, int]] = []
        # Whether there may be events that were not handed over.
        self._look = True
        self._next_sweep = 0.0

    def hand_over(self, outbox: str, written: Sequence[Pending]) -> None:
        """This process has made ``written`` durable; publishes it soon, if this relay is the active one."""
        if self._lease.held:
            if not self._backlogs[outbox].hand_over(written):
                self._look = True
            self._wake()

    def look(self) -> None:
        """There may be events that nobody hands over; looks for them now, if this relay is the active one."""
        self._look = True
        self._wake()

    def run(self) -> None:
        """Relays until ``stop``."""
        self.look()
        while not self._stopping:
            self._wait()
            try:
                if not self._stopping and self._leads():
                    self._others_write = self._lease.contested
                    self._work()
                elif not self._stopping:
                    self._drop_handed()
                    metrics.OUTBOX_PENDING_AGE.set(0)  # the active relay tells of it
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
        """Looks for what other replicas write. A change stream only hints: the sweep finds the rest."""
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
        self._wake()
        self._ended.wait()
        try:
            if self._lease.held:
                self._look = True
                self._work()
                self._remove()
                self._lease.release()
        except (NotPublished, PyMongoError) as error:
            _log.warning("relay stopped with events pending", reason=describe(error))

    def _wake(self) -> None:
        if not self._woken.ready():
            self._woken.send()

    def _wait(self) -> None:
        """Returns when it was woken, and in time to renew the lease, to sweep, and to remove what was published."""
        seconds = min(self._sweep, _RENEW_SECONDS)
        if self._lease.held:
            removal = min(backlog.removal_due for backlog in self._backlogs.values())
            seconds = min(seconds, max(0.0, removal - time.monotonic()))
        with eventlet.Timeout(seconds, False):
            self._woken.wait()
        self._woken = Event()
        if time.monotonic() >= self._next_sweep:
            self._look = True

    def _leads(self) -> bool:
        led = self._lease.held
        leads = self._lease.hold(renew_after=_RENEW_SECONDS)
        if leads and not led:
            # What others left behind, and what was written here meanwhile.
            self._look = True
        return leads

    def _drop_handed(self) -> None:
        for backlog in self._backlogs.values():
            backlog.drop_handed()

    def _try_again(self) -> None:
        self._drop_handed()
        eventlet.sleep(_PAUSE_AFTER_FAILURE)
        self.look()

    def _work(self) -> None:
        try:
            while self._lease.hold(renew_after=_RENEW_SECONDS):
                for backlog in self._backlogs.values():
                    self._relay(backlog, backlog.take(BATCH))
                if self._look:
                    self._look_once()
                self._remove(time.monotonic())
                if not self._look and not any(backlog.waiting for backlog in self._backlogs.values()):
                    break
        finally:
            waiting = [since for backlog in self._backlogs.values() for since in backlog.oldest]
            metrics.OUTBOX_PENDING_AGE.set((clock.now() - min(waiting)).total_seconds() if waiting else 0)

    def _look_once(self) -> None:
        # What was published would be found again.
        self._remove()
        self._look = False
        self._next_sweep = time.monotonic() + self._sweep
        for backlog in self._backlogs.values():
            if self._found(backlog):
                self._look = True

    def _remove(self, due: float = float("inf")) -> None:
        for backlog in self._backlogs.values():
            if backlog.removal_due <= due:
                backlog.remove()

    def _found(self, backlog: Backlog) -> bool:
        """Publishes a batch of what is pending in the documents; returns whether there may be more."""
        skip = backlog.held.ids
        if backlog.held.full:
            return False
        found = backlog.outbox.pending(BATCH, skip)
        if not found:
            backlog.held.relax()
            backlog.unpublished_since = None
        backlog.remove_again(found)
        self._relay(backlog, backlog.news(found))
        return len(found) == BATCH

    def _relay(self, backlog: Backlog, pending: Sequence[Pending]) -> None:
        if not pending:
            return
        backlog.unpublished_since = waiting_since(pending[0].events[0])
        arrived = self._publish(pending)
        backlog.unpublished_since = None
        backlog.published([item for item in arrived if item.events])
        stuck = {
            item.id: item for item, done in zip(pending, arrived, strict=True) if len(done.events) < len(item.events)
        }
        if stuck:
            backlog.held.hold({id: waiting_since(item.events[0]) for id, item in stuck.items()})
            _log.error("events not taken by the broker", documents=len(stuck), types=sorted(_types(stuck.values())))

    def _publish(self, pending: Sequence[Pending]) -> list[Pending]:
        """Publishes a batch; returns each document with the events that arrived before the first that did not.

        What arrived behind a refused event stays pending with it, so that a subject's events leave in order.
        """
        refused = self._publisher.publish(list(_messages(pending)))
        now = clock.now()
        position = 0
        arrived: list[Pending] = []
        published: Counter[str] = Counter()
        for item in pending:
            positions = range(position, position + len(item.events))
            position = positions.stop
            first_refused = next((at - positions.start for at in positions if at in refused), len(item.events))
            for event in item.events[:first_refused]:
                published[event["type"]] += 1
                waited = (now - waiting_since(event)).total_seconds()
                # How long a discreet event waited is not known.
                if waited > 0:
                    metrics.OUTBOX_LAG.observe(waited)
            for at in refused.unroutable.intersection(positions):
                metrics.OUTBOX_UNROUTABLE.labels(item.events[at - positions.start]["type"]).inc()
            arrived.append(Pending(item.id, item.events[:first_refused]))
        for type, count in published.items():
            metrics.OUTBOX_PUBLISHED.labels(type).inc(count)
        return arrived

    def _follow(self) -> None:
        with self._database.watch(_writes_with_events(list(self._backlogs)), max_await_time_ms=1000) as stream:
            self.look()
            while not self._stopping and self._lease.held and self._others_write:
                change = stream.try_next()
                if change is not None:
                    self._hint(change["ns"]["coll"], change["documentKey"]["_id"], change["sequence"])

    def _hint(self, outbox: str, id: Any, sequence: int) -> None:
        """Somebody has written; our own writes are handed over at about the time at which the stream tells of them."""
        if not self._backlogs[outbox].knows(id, sequence):
            if not self._hints:
                eventlet.spawn_after(_GATHER_SECONDS, self._follow_hints)
            self._hints.append((self._backlogs[outbox], id, sequence))

    def _follow_hints(self) -> None:
        hints, self._hints = self._hints, []
        if any(not backlog.knows(id, sequence) for backlog, id, sequence in hints):
            self.look()


def _writes_with_events(collections: Sequence[str]) -> list[dict[str, Any]]:
    """Inserts with events, and updates that add some: only those set ``sequence``."""
    inserts = {"operationType": "insert", f"fullDocument.{PENDING}.0": {"$exists": True}}
    updates = {"operationType": "update", "updateDescription.updatedFields.sequence": {"$exists": True}}
    sequence = {"$ifNull": ["$updateDescription.updatedFields.sequence", "$fullDocument.sequence"]}
    return [
        {"$match": {"ns.coll": {"$in": list(collections)}, "$or": [inserts, updates]}},
        {"$project": {"ns.coll": 1, "documentKey": 1, "sequence": sequence}},
    ]


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
