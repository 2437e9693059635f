"""The collection ``accesses``: who read what of which report, and why; and the event that tells so."""

from __future__ import annotations

from datetime import datetime

from pymongo import IndexModel

from chassis.outbox.aggregates import Aggregates, Document
from contracts.event import Draft

INDEXES = {
    "accesses": [
        IndexModel([("report_id", 1), ("at", 1)]),
        IndexModel([("actor_id", 1), ("at", 1)]),
    ],
}


class Accesses:
    """Readings, each written down before it happens."""

    def __init__(self, aggregates: Aggregates) -> None:
        self._aggregates = aggregates

    def record(self, access: Document, accessed: Draft) -> None:
        """Write down who reads what, and why. Comes before the content: what is not written is not read."""
        self._aggregates.insert(access, [accessed])

    def find(self, access_id: str, actor_id: str, since: datetime) -> Document | None:
        """The reading of this id, if it is this person's and not older."""
        return self._aggregates.find_one({"_id": access_id, "actor_id": actor_id, "at": {"$gte": since}})
