"""Questions and papers. A question: ``_id``, the fields of ``Content``, ``key`` (natural), ``state``,
``revision`` (counts changes of its content), ``version`` (counts all), ``updated_at``, ``retired_because``
(``expired`` or ``by_hand``) and ``imported``, the row it last came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, ReturnDocument, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from chassis.paging import page
from chassis.refusals import Stale

Document = dict[str, Any]
_DRAWN_BY = {
    "type": 1,
    "category": 1,
    "difficulty": 1,
    "lines": 1,
    "state": 1,
    "valid_from": 1,
    "valid_to": 1,
}


class Bank:
    """The questions and the papers made of them."""

    def __init__(self, db: Database[Document]) -> None:
        self._questions = db["questions"]
        self._papers = db["papers"]

    def question(self, id: str) -> Document | None:
        """The question, or None."""
        return self._questions.find_one({"_id": id})

    def questions(self, ids: Iterable[str]) -> dict[str, Document]:
        """Those of the ids that exist, by id."""
        return {found["_id"]: found for found in self._questions.find({"_id": {"$in": list(ids)}})}

    def page_of_questions(self, filter: Mapping[str, Any], limit: int, cursor: str | None) -> dict[str, Any]:
        """A page, the newest first. ``filter``: equal fields, ``tags`` and ``lines`` any of theirs."""
        return page(self._questions, filter, [("_id", DESCENDING)], limit, cursor)

    def all_questions(self, filter: Mapping[str, Any], limit: int) -> list[Document]:
        """Up to ``limit`` questions, the oldest first."""
        return list(self._questions.find(dict(filter)).sort("_id", ASCENDING).limit(limit))

    def count_questions(self, filter: Mapping[str, Any]) -> int:
        """How many there are."""
        return self._questions.count_documents(dict(filter))

    def has_picture(self, id: str) -> bool:
        """Whether any question shows this picture."""
        return self._questions.find_one({"media.id": id}, {"_id": 1}) is not None

    def insert_question(self, question: Document, session: ClientSession | None) -> None:
        """Adds a question."""
        self._questions.insert_one(question, session=session)

    def change_question(
        self, id: str, version: int, fields: Document, session: ClientSession | None = None
    ) -> Document:
        """Sets ``fields`` if the question is still at ``version``, and counts both up; ``Stale``
        otherwise."""
        changed = self._questions.find_one_and_update(
            {"_id": id, "version": version},
            {"$set": fields, "$inc": {"version": 1}},
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        if changed is None:
            current = self._questions.find_one({"_id": id}, {"version": 1}, session=session)
            raise Stale(current["version"] if current else None)
        return changed

    def by_keys(self, keys: Iterable[str]) -> dict[str, Document]:
        """The oldest question of each natural key."""
        found = self._questions.find({"key": {"$in": list(keys)}}).sort([("key", 1), ("_id", 1)])
        oldest: dict[str, Document] = {}
        for question in found:
            oldest.setdefault(question["key"], question)
        return oldest

    def import_questions(self, new: list[Document], changed: list[tuple[str, int, Document]]) -> bool:
        """Adds the new, and sets the fields of the changed that are at their version; doing it again changes nothing
        more. False when one of the changed was at another version.
        """
        writes = [
            # Not an insert: a run that was cut short may have added it before.
            UpdateOne({"_id": question["_id"]}, {"$setOnInsert": question}, upsert=True)
            for question in new
        ]
        if writes:
            self._questions.bulk_write(writes, ordered=False)
        changes = [
            UpdateOne({"_id": id, "version": version}, {"$set": fields, "$inc": {"version": 1, "revision": 1}})
            for id, version, fields in changed
        ]
        return not changes or self._questions.bulk_write(changes, ordered=False).matched_count == len(changes)

    def retire_expired(self, today: date, now: datetime) -> int:
        """Retires the active questions whose last day in force was before ``today``; how many there were."""
        done = self._questions.update_many(
            {"state": "active", "valid_to": {"$lt": today.isoformat()}},
            {"$set": {"state": "retired", "retired_because": "expired", "updated_at": now}, "$inc": {"version": 1}},
        )
        return done.modified_count

    def drawable(self, cells: list[dict[str, Any]]) -> list[Document]:
        """The active questions that fit any cell, with what a draw asks of them."""
        names = {"category": "category", "type": "type", "difficulty": "difficulty", "line": "lines"}
        fits = [
            {"state": "active"} | {names[name]: value for name, value in cell.items() if name in names}
            for cell in cells
        ]
        return list(self._questions.find({"$or": fits}, _DRAWN_BY))

    def paper(self, id: str) -> Document | None:
        """The paper, or None."""
        return self._papers.find_one({"_id": id})

    def page_of_papers(self, filter: Mapping[str, Any], limit: int, cursor: str | None) -> dict[str, Any]:
        """A page, the newest first."""
        return page(self._papers, filter, [("_id", DESCENDING)], limit, cursor)

    def insert_paper(self, paper: Document, session: ClientSession | None) -> None:
        """Adds a paper."""
        self._papers.insert_one(paper, session=session)
