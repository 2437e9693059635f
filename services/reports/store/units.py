"""The collection ``units``: what identity told of the bureau's units, and the same in memory for intake."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from pymongo import IndexModel, UpdateOne
from pymongo.database import Database

from chassis.outbox.pending import Document
from services.reports.model.conflict import Directory
from services.reports.model.unit_names import Unit

INDEXES: dict[str, list[IndexModel]] = {"units": [], "directories": []}

# One document, whose ``revision`` grows with every change of ``units``.
_REVISION = {"_id": "units"}

# What is in memory is asked about at latest after so many seconds; the service asks more often by itself.
LONGEST_UNASKED = 10.0


class Units:
    """Documents ``{_id, sequence, path, name, aliases, active, heads: [{id, name}]}``.

    ``directory`` answers from memory. Only when nobody has called ``refresh`` for ``LONGEST_UNASKED`` seconds does it
    ask the database, because a report that is taken in with an old directory may be read by whom it is about.
    """

    def __init__(self, db: Database[Document], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._units = db["units"]
        self._revisions = db["directories"]
        self._monotonic = monotonic
        self._directory: Directory | None = None
        self._revision: int | None = None
        self._asked_at = 0.0

    def know(self, units: Iterable[Document]) -> None:
        """Keeps of each unit the state of the highest ``sequence``, here and in memory."""
        writes = [UpdateOne({"_id": unit["_id"]}, [_newest_wins(unit)], upsert=True) for unit in units]
        if writes:
            self._units.bulk_write(writes, ordered=False)
            self._revisions.update_one(_REVISION, {"$inc": {"revision": 1}}, upsert=True)
            self.refresh()

    def directory(self) -> Directory:
        """All units as they were known a moment ago."""
        if self._directory is None or self._monotonic() - self._asked_at > LONGEST_UNASKED:
            self.refresh()
        assert self._directory is not None
        return self._directory

    def refresh(self) -> None:
        """Reads the units again if they have changed since they were read."""
        asked_at = self._monotonic()
        # The revision first: what changes after it is read once more the next time.
        found = self._revisions.find_one(_REVISION)
        revision = found["revision"] if found else 0
        if self._directory is None or revision != self._revision:
            self._directory = Directory(_unit_of(document) for document in self._units.find().sort("_id", 1))
            self._revision = revision
        self._asked_at = asked_at


def _unit_of(document: Document) -> Unit:
    return Unit(
        id=document["_id"],
        path=tuple(document["path"]),
        name=document["name"],
        aliases=tuple(document["aliases"]),
        active=document["active"],
        heads=tuple((head["id"], head["name"]) for head in document["heads"]),
    )


def _newest_wins(unit: Document) -> Document:
    older = {"$gte": ["$sequence", unit["sequence"]]}
    return {"$replaceWith": {"$cond": [older, "$$ROOT", {"$literal": unit}]}}
