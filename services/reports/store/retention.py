"""What has ended and goes one day: found, held back, erased step by step, and what is left of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from pymongo import IndexModel
from pymongo.collection import Collection

from chassis.outbox.aggregates import Aggregates, Document
from chassis.outbox.pending import PENDING
from contracts.event import Draft
from services.reports.model.conflict import ABOVE
from services.reports.model.retention import ERASED, ERASING
from services.reports.store.above import HANDED_OVER

INDEXES = [
    IndexModel([("outcome", 1), ("ended_at", 1)], partialFilterExpression={"outcome": {"$gt": ""}}),
    IndexModel([("erasure.state", 1), ("erasure.at", 1)], partialFilterExpression={"erasure.state": {"$gt": ""}}),
]

# What stays while a report is being erased, and then: which report it was, who may know of it, that its receipt is
# known, what is counted, and what is still to be told. Everything else goes, whoever put it there.
_REMAINS = (
    *("_id", "kind", "category", "state", "outcome", "received_at", "erasure"),
    *("receipt_hash", "receipt_key_id"),
    *("case", "parts", "subject_unit_ids"),
    *("version", "sequence", PENDING),
)
# What goes to the level above and was never taken there is not for the bureau to erase.
_NOT_YET_HANDED_OVER = {"route": ABOVE, "$nor": [HANDED_OVER]}
_LOOKED_AT = {"kind": 1, "category": 1, "outcome": 1, "ended_at": 1, "held": 1}

# Writers that a stopped clock or a frozen machine held up may come this late.
_STRAGGLING = timedelta(days=7)


class Retention:
    """The reports that have ended, and the tombstones."""

    def __init__(self, reports: Aggregates, messages: Collection[Document]) -> None:
        self._aggregates = reports
        self._reports = reports.collection
        self._messages = messages

    def ended(self, outcome: str, before: datetime) -> Iterator[Document]:
        """What ended so until then, the longest ago first; only what the rules look at."""
        wanted = {"outcome": outcome, "ended_at": {"$lte": before}, "$nor": [_NOT_YET_HANDED_OVER]}
        found = self._reports.find(wanted, _LOOKED_AT)
        return iter(found.sort("ended_at", 1))

    def hold(self, report: Document, held: bool, entry: Document) -> Document:
        """Set or lift the hold, with its line in the record of holds; ``Stale`` when it was changed meanwhile."""
        return self._aggregates.update(report, {"$set": {"held": held}, "$push": {"holds": entry}})

    def destroy_keys(self, ended: Document, rule: str, now: datetime) -> bool:
        """In one write: all keys, all sealed content, and the mark that it is being erased. ``False`` when it was
        reopened, held or erased meanwhile.
        """
        still = {
            "_id": ended["_id"],
            "outcome": ended["outcome"],
            "ended_at": ended["ended_at"],
            "held": {"$ne": True},
            "erasure": {"$exists": False},
        }
        remaining: Document = {name: f"${name}" for name in _REMAINS}
        remaining["version"] = {"$add": ["$version", 1]}
        remaining["erasure"] = {"state": ERASING, "rule": {"$literal": rule}, "at": now}
        return self._reports.update_one(still, [{"$replaceWith": remaining}]).modified_count == 1

    def erasing(self, until: datetime) -> Iterator[Document]:
        """Those whose keys were destroyed until then and that are not erased to the end."""
        return iter(self._reports.find({"erasure.state": ERASING, "erasure.at": {"$lte": until}}))

    def straggled(self, now: datetime) -> Iterator[str]:
        """The ids of those that were erased lately, to which somebody may have added something since."""
        lately = {"erasure.state": ERASED, "erasure.at": {"$gte": now - _STRAGGLING}}
        return (report["_id"] for report in self._reports.find(lately, {"_id": 1}))

    def remove_messages(self, report_id: str) -> int:
        """Remove the messages of a report; how many there were."""
        return self._messages.delete_many({"report_id": report_id}).deleted_count

    def finish(self, report: Document, received_in: datetime, erased: Draft) -> Document:
        """Leave the tombstone, with the event that tells of it. ``Stale`` when it was changed meanwhile."""
        strange = {name: "" for name in report if name not in _REMAINS}
        change: Document = {"$set": {"erasure.state": ERASED, "received_at": received_in}}
        return self._aggregates.update(report, change | ({"$unset": strange} if strange else {}), [erased])
