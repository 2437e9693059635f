"""Imports under way and done. ``position`` counts the rows that are dealt with: a crash goes on from
there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bson import Binary
from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.database import Database

Document = dict[str, Any]

REJECTED_KEPT = 1000
COUNTED = ("created", "updated", "unchanged", "rejected_total", "omitted_total")


@dataclass
class Taken:
    """What became of some rows: how many by effect, why rows were rejected, what of the others was not taken, which
    stems stood in the bank before.
    """

    counts: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(COUNTED, 0)))
    omitted: list[Document] = field(default_factory=list)
    rejected: list[Document] = field(default_factory=list)
    duplicates: list[Document] = field(default_factory=list)


class Imports:
    """The imports and, while they run, their files."""

    def __init__(self, db: Database[Document]) -> None:
        self._imports = db["imports"]
        self._files = db["import_files"]

    def insert(self, started: Document, content: bytes, session: ClientSession | None) -> None:
        """Adds an import with its file; the file first, so that no import is without."""
        self._files.insert_one({"_id": started["_id"], "content": Binary(content)}, session=session)
        self._imports.insert_one(started, session=session)

    def get(self, id: str) -> Document | None:
        """The import, or None."""
        return self._imports.find_one({"_id": id})

    def content(self, id: str) -> bytes:
        """The file of a running import."""
        found = self._files.find_one({"_id": id})
        return bytes(found["content"]) if found else b""

    def next_running(self) -> Document | None:
        """The oldest import that is not at its end, with one more try counted; None when there is nothing
        to do."""
        return self._imports.find_one_and_update(
            {"state": "running"},
            {"$inc": {"tries": 1}},
            sort=[("_id", 1)],
            return_document=ReturnDocument.AFTER,
        )

    def read(self, id: str, format: str, total: int) -> None:
        """Keeps what reading the file has shown."""
        self._imports.update_one({"_id": id}, {"$set": {"format": format, "total": total}})

    def advance(self, id: str, position: int, to: int, taken: Taken) -> bool:
        """Counts the rows from ``position`` up to ``to`` as dealt with; False when another run has done
        so."""
        done = self._imports.update_one(
            {"_id": id, "position": position},
            {
                "$set": {"position": to, "tries": 0},
                "$inc": dict(taken.counts),
                "$push": {
                    "rejected": {"$each": taken.rejected, "$slice": REJECTED_KEPT},
                    "omitted": {"$each": taken.omitted, "$slice": REJECTED_KEPT},
                    "duplicates": {"$each": taken.duplicates, "$slice": REJECTED_KEPT},
                },
            },
        )
        return done.matched_count == 1

    def finish(self, id: str, state: str, message: str | None, now: datetime) -> None:
        """Ends it as ``done`` or ``failed``; the file is not needed any more."""
        self._imports.update_one(
            {"_id": id, "state": "running"},
            {"$set": {"state": state, "message": message, "finished_at": now}},
        )
        self._files.delete_one({"_id": id})
