"""Markings: one a written essay. ``_id``, ``exam_id``, ``attempt_id``, ``question_id``, ``person_id``, ``max_score``,
``rubric``, ``markers``, ``threshold``, ``state``, ``waiting`` (only while it waits for somebody), ``marked_by``,
``marks`` (``by``, ``score``, ``points``, ``comment``, ``at``), ``opened_at``, then ``score`` and ``done_at``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pymongo import ASCENDING, IndexModel
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from chassis.paging import page

Document = dict[str, Any]
_DUPLICATE_KEY = 11000
_WAITING = {"waiting": True}


class Markings:
    """The essays that wait for markers, and every mark that was given."""

    INDEXES: ClassVar[Mapping[str, Sequence[IndexModel]]] = {
        "markings": [
            IndexModel([("waiting", ASCENDING), ("_id", ASCENDING)], partialFilterExpression=_WAITING),
            IndexModel(
                [("exam_id", ASCENDING), ("waiting", ASCENDING), ("_id", ASCENDING)], partialFilterExpression=_WAITING
            ),
        ],
    }

    def __init__(self, db: Database[Document]) -> None:
        self._markings = db["markings"]

    def open(self, new: list[Document], session: ClientSession | None = None) -> None:
        """Adds those that are not there yet."""
        if not new:
            return
        try:
            self._markings.insert_many(new, ordered=False, session=session)
        except BulkWriteError as error:
            if any(failure["code"] != _DUPLICATE_KEY for failure in error.details["writeErrors"]):
                raise

    def get(self, id: str, session: ClientSession | None = None) -> Document | None:
        """The marking, or None."""
        return self._markings.find_one({"_id": id}, session=session)

    def queue(self, marker_id: str, exam_id: str | None, limit: int, cursor: str | None) -> Document:
        """A page of what waits for a mark that this person can give: not marked by them, not their own answer."""
        wanted: Document = {**_WAITING, "marked_by": {"$ne": marker_id}, "person_id": {"$ne": marker_id}}
        if exam_id is not None:
            wanted = {"exam_id": exam_id, **wanted}
        return page(self._markings, wanted, [("_id", ASCENDING)], limit, cursor)

    def waiting_for(self, exam_id: str, question_ids: list[str], limit: int) -> list[Document]:
        """What still waits of these questions in the exam."""
        wanted = {"exam_id": exam_id, **_WAITING, "question_id": {"$in": question_ids}}
        return list(self._markings.find(wanted).limit(limit))

    def add_mark(self, id: str, mark: Document, fields: Document, session: ClientSession) -> None:
        """One more mark, and what follows of it; one that has a ``score`` waits no more."""
        change: Document = {"$push": {"marks": mark, "marked_by": mark["by"]}, "$set": fields}
        if "score" in fields:
            change["$unset"] = {"waiting": ""}
        self._markings.update_one({"_id": id}, change, session=session)

    def close(self, ids: list[str]) -> None:
        """These wait for nobody any more: their question was declared void."""
        change = {"$set": {"state": "void"}, "$unset": {"waiting": ""}}
        self._markings.update_many({"_id": {"$in": ids}}, change)
