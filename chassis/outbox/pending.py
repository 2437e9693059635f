"""Pending events as the relay finds them: in the documents of one collection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo import IndexModel
from pymongo.collection import Collection
from pymongo.read_concern import ReadConcern

from chassis import clock
from contracts.fields import parse_instant

Document = dict[str, Any]

_HOUR = timedelta(hours=1)

PENDING = "outbox"

# Finds the documents with pending events, oldest first; holds nothing else.
PENDING_INDEX = IndexModel(
    [(f"{PENDING}.0.id", 1)],
    name="pending_events",
    partialFilterExpression={f"{PENDING}.0.id": {"$exists": True}},
)


@dataclass(frozen=True)
class Pending:
    """A document and the events that were pending in it when it was written or read, in order."""

    id: Any
    events: list[Document]


def waiting_since(event: Document) -> datetime:
    """Since when, at the latest, a pending event waits: of a discreet one only the hour is known."""
    told = parse_instant(event["time"])
    return min(clock.now(), told + _HOUR) if told == clock.to_the_hour(told) else told


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
