"""The collection ``accesses``: who read what of which report, and why."""

from __future__ import annotations

from pymongo import IndexModel
from pymongo.collection import Collection

from chassis.outbox.aggregates import Document

INDEXES = {
    "accesses": [
        IndexModel([("report_id", 1), ("at", 1)]),
        IndexModel([("actor_id", 1), ("at", 1)]),
    ],
}


class Accesses:
    """Readings, each written down before it happens."""

    def __init__(self, accesses: Collection[Document]) -> None:
        self._accesses = accesses

    def record(self, access: Document) -> None:
        """Write down who reads what, and why. Comes before the content: what is not written is not read."""
        self._accesses.insert_one(access)
