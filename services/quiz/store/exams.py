"""Exams and their forms. Neither changes after it was made, so both are kept in the process's memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cachetools import LRUCache
from pymongo import DESCENDING
from pymongo.client_session import ClientSession
from pymongo.database import Database

from chassis.outbox.aggregates import Aggregates
from chassis.paging import page
from contracts.event import Draft
from services.quiz.model.grading import Shape

Document = dict[str, Any]
_NEWEST_FIRST = [("closes_at", DESCENDING), ("_id", DESCENDING)]

# A form of 100 questions takes some 100 kB, its shapes 10.
EXAMS_KEPT, FORMS_KEPT, SHAPES_KEPT = 256, 40, 400


class Exams:
    """The exams, and the forms in which their papers are asked."""

    def __init__(self, db: Database[Document], aggregates: Aggregates) -> None:
        self._exams = aggregates
        self._forms = db["forms"]
        self._kept: LRUCache[str, Document] = LRUCache(EXAMS_KEPT)
        self._kept_forms: LRUCache[str, Document] = LRUCache(FORMS_KEPT)
        self._kept_shapes: LRUCache[str, dict[str, Shape]] = LRUCache(SHAPES_KEPT)

    def get(self, id: str) -> Document | None:
        """The exam, or None."""
        if id not in self._kept:
            found = self._exams.find_one({"_id": id})
            if found is None:
                return None
            self._kept[id] = found
        return self._kept[id]

    def form(self, id: str) -> Document | None:
        """The form with all its keys, or None. Its ``_id`` is ``<exam id>.<variant>``."""
        if id not in self._kept_forms:
            found = self._forms.find_one({"_id": id})
            if found is None:
                return None
            self._kept_forms[id] = found
        return self._kept_forms[id]

    def shapes(self, form_id: str) -> dict[str, Shape] | None:
        """What an answer to each question of the form must look like, by question id; None for no form."""
        shapes = self._kept_shapes.get(form_id)
        if shapes is None:
            form = self.form(form_id)
            if form is None:
                return None
            shapes = {question["id"]: Shape.of(question) for question in form["questions"]}
            self._kept_shapes[form_id] = shapes
        return shapes

    def insert(self, exam: Document, forms: list[Document], events: list[Draft], session: ClientSession | None) -> None:
        """Adds the forms, then the exam that names them, with its events."""
        self._forms.insert_many(forms, session=session)
        self._exams.insert(exam, events, session=session)

    def page_of_exams(self, filter: Mapping[str, Any], limit: int, cursor: str | None) -> dict[str, Any]:
        """A page, those that close last first."""
        return page(self._exams.collection, filter, _NEWEST_FIRST, limit, cursor)
