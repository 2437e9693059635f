"""The reports of the sealed route in the collection ``reports``, and who took them along."""

from __future__ import annotations

from collections.abc import Iterator

from pymongo import ASCENDING, IndexModel
from pymongo.collection import Collection

from chassis.outbox.pending import Document
from services.reports.model.conflict import ABOVE

_OF_THE_ROUTE = {"route": ABOVE}
# Of at least one export the bundle was written; those of before tell no more than that they were begun.
HANDED_OVER = {"exports": {"$elemMatch": {"unfinished": {"$exists": False}}}}
_OLDEST_FIRST = [("received_at", ASCENDING), ("_id", ASCENDING)]

INDEXES = [
    IndexModel([("route", ASCENDING), *_OLDEST_FIRST], name="of_sealed_route", partialFilterExpression=_OF_THE_ROUTE)
]

_TOLD = dict.fromkeys(
    ("category", "reporter_mode", "received_at", "message_count", "exports", "case.number", "data_key.above.key_id"), 1
)


class Above:
    """Reports that the level above handles."""

    def __init__(self, reports: Collection[Document]) -> None:
        self._reports = reports

    def all(self) -> Iterator[Document]:
        """Every such report, oldest first, without anything that is sealed."""
        return iter(self._reports.find(_OF_THE_ROUTE, _TOLD).sort(_OLDEST_FIRST))

    def get(self, report_id: str) -> Document | None:
        """The whole document of such a report."""
        return self._reports.find_one({"_id": report_id, **_OF_THE_ROUTE})

    def begin_export(self, report_id: str, export: Document) -> None:
        """Write down who takes a report along, and how much there was of it then; ``export`` has an ``id``."""
        entry = {**export, "unfinished": True}
        self._reports.update_one({"_id": report_id, **_OF_THE_ROUTE}, {"$push": {"exports": entry}})

    def end_export(self, report_id: str, export_id: str) -> None:
        """The bundle of this export is there, whole."""
        begun = {"_id": report_id, **_OF_THE_ROUTE, "exports.id": export_id}
        self._reports.update_one(begun, {"$unset": {"exports.$.unfinished": ""}})
