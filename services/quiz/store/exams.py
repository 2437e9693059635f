"""Exams and their forms, both kept in the process's memory. A form never changes. An exam may: each process looks every
second whether one that it keeps has another version (``refresh``), so that a start reads none.

An exam: the fields of its request, ``max_score``, ``question_count``, ``variants``, ``created_by``, ``created_at``; of
newer ones ``shut_at`` (when it is over for everybody), ``overrides`` {person id: what is granted}, ``replaced`` (what
was granted before), ``changed_at``, ``followed`` (whether running attempts are in line with the change),
``cancelled_at``, ``cancelled_because``, ``cancelled_by``; of a make-up ``made_up`` (the exams before it in the row) and
``makes_up`` (the first of them); ``mode``, which a practice's forms have too; ``grace_seconds``; ``left_out`` (retired
questions of a fixed paper).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from cachetools import LRUCache
from pymongo import DESCENDING
from pymongo.client_session import ClientSession
from pymongo.database import Database

from chassis.outbox.aggregates import Aggregates
from chassis.paging import page
from contracts.event import Draft
from services.quiz.model.grading import Shape
from services.quiz.model.practice_exam import is_practice

Document = dict[str, Any]
_NEWEST_FIRST = [("closes_at", DESCENDING), ("_id", DESCENDING)]

# A form of 100 questions takes some 100 kB, its shapes 10.
EXAMS_KEPT, FORMS_KEPT, SHAPES_KEPT = 256, 40, 400


class Asked(NamedTuple):
    """What a save must know of a form: the ``shapes`` of answers by question id, whether it is of a ``practice``."""

    shapes: dict[str, Shape]
    practice: bool


class Exams:
    """The exams, and the forms in which their papers are asked."""

    def __init__(self, db: Database[Document], aggregates: Aggregates) -> None:
        self._exams = aggregates
        self._forms = db["forms"]
        self._kept: LRUCache[str, Document] = LRUCache(EXAMS_KEPT)
        self._kept_forms: LRUCache[str, Document] = LRUCache(FORMS_KEPT)
        self._kept_shapes: LRUCache[str, Asked] = LRUCache(SHAPES_KEPT)

    def get(self, id: str) -> Document | None:
        """The exam as it was at most a second ago, or None."""
        kept: Document | None = self._kept.get(id)
        return kept if kept is not None else self.current(id)

    def current(self, id: str) -> Document | None:
        """The exam as it is now, or None."""
        found = self._exams.find_one({"_id": id})
        if found is not None:
            self._kept[id] = found
        return found

    def refresh(self) -> list[tuple[Document, bool]]:
        """All kept exams that were ever changed, and whether this process has learned of it only now."""
        changed = self._exams.collection.find({"_id": {"$in": list(self._kept)}, "version": {"$gt": 1}}, {"version": 1})
        refreshed = []
        for found in list(changed):
            kept = self._kept.get(found["_id"])
            learned = kept is None or kept["version"] < found["version"]
            exam = self.current(found["_id"]) if learned else kept
            if exam is not None:
                refreshed.append((exam, learned))
        return refreshed

    def not_followed(self) -> list[Document]:
        """The exams whose running attempts may not all be in line with their last change."""
        return list(self._exams.collection.find({"followed": False}))

    def followed(self, exam: Document) -> None:
        """All attempts are in line with the exam as it was read."""
        read = {"_id": exam["_id"], "version": exam["version"]}
        self._exams.collection.update_one(read, {"$set": {"followed": True}})

    def many(self, ids: Iterable[str]) -> dict[str, Document]:
        """Those of the ids that exist as they are now, by id."""
        return {found["_id"]: found for found in self._exams.collection.find({"_id": {"$in": list(ids)}})}

    def change(self, exam: Document, fields: Document, events: list[Draft], session: ClientSession | None) -> Document:
        """Sets ``fields``, with the events, if the exam is unchanged since it was read; ``Stale`` otherwise."""
        return self._exams.update(exam, {"$set": fields}, events, session=session)

    def form(self, id: str) -> Document | None:
        """The form with all its keys, or None. Its ``_id`` is ``<exam id>.<variant>``."""
        if id not in self._kept_forms:
            found = self._forms.find_one({"_id": id})
            if found is None:
                return None
            self._kept_forms[id] = found
        return self._kept_forms[id]

    def asked(self, form_id: str) -> Asked | None:
        """What an answer to each question of the form must look like; None for no form."""
        asked = self._kept_shapes.get(form_id)
        if asked is None:
            form = self.form(form_id)
            if form is None:
                return None
            asked = Asked({question["id"]: Shape.of(question) for question in form["questions"]}, is_practice(form))
            self._kept_shapes[form_id] = asked
        return asked

    def insert(self, exam: Document, forms: list[Document], events: list[Draft], session: ClientSession | None) -> None:
        """Adds the forms, then the exam that names them, with its events."""
        self._forms.insert_many(forms, session=session)
        self._exams.insert(exam, events, session=session)

    def page_of_exams(self, filter: Mapping[str, Any], limit: int, cursor: str | None) -> dict[str, Any]:
        """A page, those that close last first."""
        return page(self._exams.collection, filter, _NEWEST_FIRST, limit, cursor)
