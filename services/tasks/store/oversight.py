"""Oversight of time limits: which cases it comes to now, and what of it is kept beside the case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from chassis import Store
from contracts.event import Draft
from services.tasks.oversight_documents import NEVER

Document = dict[str, Any]

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
