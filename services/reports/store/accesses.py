"""The collection ``accesses``: who read what of which report, and why; and the event that tells so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from pymongo import IndexModel

from chassis.outbox.aggregates import Aggregates, Document
from contracts.event import Draft

INDEXES = {
    "accesses": [
        IndexModel([("report_id", 1), ("at", 1)]),
        IndexModel([("actor_id", 1), ("at", 1)]),
        IndexModel(
            [("identity_request_id", 1), ("at", 1)],
            partialFilterExpression={"identity_request_id": {"$exists": True}},
        ),
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

    def openings(self, request_ids: Sequence[str]) -> dict[str, list[tuple[datetime, int]]]:
        """In which hours the identity was opened by these requests, and how often in each; the earliest hour first."""
        found: defaultdict[str, list[tuple[datetime, int]]] = defaultdict(list)
        if request_ids:
            hour = {"$dateTrunc": {"date": "$at", "unit": "hour"}}
            by = {"request": "$identity_request_id", "hour": hour}
            opened = {"identity_request_id": {"$in": list(request_ids)}}
            counted = [{"$match": opened}, {"$group": {"_id": by, "times": {"$sum": 1}}}]
            for row in self._aggregates.collection.aggregate(counted):
                found[row["_id"]["request"]].append((row["_id"]["hour"], row["times"]))
        return {request_id: sorted(hours) for request_id, hours in found.items()}
