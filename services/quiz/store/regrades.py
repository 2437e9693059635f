"""Regrades and what they correct. ``regrades``: ``_id``, ``exam_id``, ``number`` (once it is applied), ``state``,
``changes``, ``corrections`` (by question id, as they will be), ``based_on`` (the number of the regrade before),
``reason``, ``summary``, ``proposed_by``, ``proposed_at``, then ``applied_by``, ``applied_at``, ``finished_at``.
``regrade_changes``: who would change. ``corrections``: by exam, ``number``, ``regrade_id``, ``notice`` and
``questions``, what is in force.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.client_session import ClientSession
from pymongo.database import Database

from chassis.paging import page

Document = dict[str, Any]
_NONE: Document = {"number": 0, "questions": {}, "regrade_id": None, "notice": None}


class Regrades:
    """Everything that was corrected of exams, by whom and why."""

    INDEXES: ClassVar[Mapping[str, Sequence[IndexModel]]] = {
        "regrades": [
            IndexModel([("exam_id", ASCENDING), ("_id", DESCENDING)]),
            IndexModel([("state", ASCENDING), ("_id", ASCENDING)]),
        ],
        "regrade_changes": [IndexModel([("regrade_id", ASCENDING), ("_id", ASCENDING)])],
        "corrections": [],
    }

    def __init__(self, db: Database[Document]) -> None:
        self._regrades = db["regrades"]
        self._changes = db["regrade_changes"]
        self._corrections = db["corrections"]

    def get(self, id: str, session: ClientSession | None = None) -> Document | None:
        """The regrade, or None."""
        return self._regrades.find_one({"_id": id}, session=session)

    def insert(self, regrade: Document, session: ClientSession | None) -> None:
        """Adds a proposal."""
        self._regrades.insert_one(regrade, session=session)

    def insert_changes(self, changes: list[Document]) -> None:
        """Keeps who would change."""
        if changes:
            self._changes.insert_many(changes, ordered=False)

    def page_of_changes(self, regrade_id: str, limit: int, cursor: str | None) -> Document:
        """A page of who would change, those whose passing does first."""
        return page(self._changes, {"regrade_id": regrade_id}, [("_id", ASCENDING)], limit, cursor)

    def page_of_exam(self, exam_id: str, limit: int, cursor: str | None) -> Document:
        """A page of the exam's regrades, the newest first."""
        return page(self._regrades, {"exam_id": exam_id}, [("_id", DESCENDING)], limit, cursor)

    def change(self, id: str, state: str, fields: Document, session: ClientSession | None = None) -> bool:
        """Sets ``fields`` of a regrade in this state; False when it is in another."""
        changed = self._regrades.update_one({"_id": id, "state": state}, {"$set": fields}, session=session)
        return changed.matched_count == 1

    def in_state(self, state: str) -> list[Document]:
        """The regrades in this state, the oldest first."""
        return list(self._regrades.find({"state": state}).sort("_id", ASCENDING))

    def corrections(self, exam_id: str, session: ClientSession | None = None) -> Document:
        """What is corrected of the exam's questions: ``number`` of the last regrade and ``questions``, by id."""
        return self._corrections.find_one({"_id": exam_id}, session=session) or _NONE

    def corrections_of(self, exam_ids: Iterable[str]) -> dict[str, Document]:
        """The same of several exams, by exam id; those of which nothing was corrected included."""
        ids = list(exam_ids)
        found = {document["_id"]: document for document in self._corrections.find({"_id": {"$in": ids}})}
        return {id: found.get(id, _NONE) for id in ids}

    def correct(self, regrade: Document, number: int, session: ClientSession) -> None:
        """Puts a regrade's corrections into force."""
        exam_id = regrade["exam_id"]
        fields = {
            "number": number,
            "questions": regrade["corrections"],
            "regrade_id": regrade["_id"],
            "notice": regrade["notice"],
        }
        self._corrections.update_one({"_id": exam_id}, {"$set": fields}, upsert=True, session=session)
