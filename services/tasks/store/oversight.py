"""Oversight of time limits: which cases it comes to now, and what of it is kept beside the case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from chassis import Store
from contracts.event import Draft
from services.tasks.model.listing import Reader, Wanted
from services.tasks.oversight_documents import NEVER
from services.tasks.store.listing import ORDERINGS, matching

Document = dict[str, Any]
Inventory = Literal["unit", "handler"]

# One for each who handles the case, alone or jointly; ``place``: whether it is the first of them.
_PERSONS: Mapping[Inventory, list[Document]] = {
    "unit": [],
    "handler": [
        {"$set": {"person_id": {"$ifNull": ["$handler_ids", ["$handler_id"]]}}},
        {"$unwind": {"path": "$person_id", "includeArrayIndex": "place", "preserveNullAndEmptyArrays": True}},
    ],
}

# Stages of time limits that only the readers of the file know of, each with its event.
FILE_STAGES = "file_stages"

CASE_INDEXES: Sequence[IndexModel] = [
    # Cases whose time limits are all over, most of them, are not in it.
    IndexModel([("next_stage_at", ASCENDING)], name="stage", partialFilterExpression={"next_stage_at": {"$lt": NEVER}}),
]
INDEXES: dict[str, Sequence[IndexModel]] = {FILE_STAGES: []}


class Oversight:
    """What the oversight of the cases in ``store`` reads and writes, besides their actions."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._cases = store.db.cases

    def due(self, now: datetime, at_most: int, at_once: int) -> Iterator[Document]:
        """The cases with a stage to record, the longest waiting first, without their histories; read ``at_once``."""
        found = self._cases.find({"next_stage_at": {"$lte": now}}, {"history": 0})
        return iter(found.sort("next_stage_at", ASCENDING).limit(at_most).batch_size(at_once))

    def keep_file_stage(self, stage_id: str, record: Document, event: Draft) -> None:
        """Keeps a stage beside the case, with its event; one that is kept already changes and tells nothing."""
        try:
            self._store.aggregates(FILE_STAGES).insert({"_id": stage_id, **record}, [event])
        except DuplicateKeyError:
            return

    def note(self, document: Document, changes: Document) -> bool:
        """Sets what is no action of the case and no version of its own; False when an action came between."""
        guard = {"_id": document["_id"], "version": document["version"]}
        return self._cases.update_one(guard, {"$set": changes}).matched_count == 1

    def overdue(self, by: Inventory, reader: Reader, now: datetime) -> list[Document]:
        """For each unit, or each unit and person handling its cases, of those that are overdue to this reader:
        ``overdue``, how many; ``oldest``, the earliest end; ``first``, how many are not counted by another figure
        before, as a case that several handle is. The most first.
        """
        due = "$next_due_at" if reader.knows_all_clocks else {"$ifNull": ["$open_due_at", "$next_due_at"]}
        steps: list[Document] = [{"$match": matching(Wanted(overdue=True), reader, now)}, *_PERSONS[by]]
        names = ("unit_id",) if by == "unit" else ("unit_id", "person_id")
        group: Document = {
            "_id": {name: {"$ifNull": [f"${name}", None]} for name in names},
            "overdue": {"$sum": 1},
            "oldest": {"$min": due},
            "first": {"$sum": {"$cond": [{"$gt": ["$place", 0]}, 0, 1]}},
        }
        steps += [{"$group": group}, {"$sort": {"overdue": -1, "oldest": 1, "_id": 1}}]
        return list(self._cases.aggregate(steps, hint=ORDERINGS["due"].index))
