"""Practice. ``cards``: see ``model/card``. ``entering``: graded attempts that wait to be taken into the cards, ``_id``
the attempt's, ``enters_at``, ``told`` (how often). ``practice_days``: the set of one person and day, ``_id``
``<person id>:<day>``,
``person_id``, ``day``, ``questions`` (copies with keys, each with its ``reason``), ``answers`` {question id:
``answer``, ``sequence``, ``saved_at``, ``correct``}, ``points``, ``rule``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from cachetools import LRUCache
from pymongo import ASCENDING, DESCENDING, IndexModel, InsertOne, ReplaceOne, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import BulkWriteError, DuplicateKeyError

from chassis.outbox.aggregates import Aggregates
from chassis.paging import page
from chassis.refusals import Stale
from contracts.event import Draft

Document = dict[str, Any]

CARDS_READ, EXAMS_KEPT = 5_000, 1_000
_OF_CARDS = {"question_id": 1, "category": 1, "answered": 1, "wrong": 1, "due_on": 1, "known": 1, "in_book": 1}
_OF_QUESTIONS = {"type": 1, "category": 1, "lines": 1, "state": 1, "valid_from": 1, "valid_to": 1}
_OF_EXAMS = {"closes_at": 1, "shut_at": 1, "grace_seconds": 1, "review": 1, "variants": 1}


class Practice:
    """Everybody's cards and daily sets."""

    INDEXES: ClassVar[Mapping[str, Sequence[IndexModel]]] = {
        "cards": [IndexModel([("person_id", ASCENDING), ("due_on", ASCENDING), ("_id", ASCENDING)])],
        "entering": [IndexModel([("enters_at", ASCENDING)])],
        "practice_days": [],
    }
    # By the first the newest change of the bank is found, by the others exams that never show all.
    INDEXES_OF_QUESTIONS: ClassVar[Sequence[IndexModel]] = [IndexModel([("updated_at", DESCENDING)])]
    INDEXES_OF_EXAMS: ClassVar[Sequence[IndexModel]] = [
        IndexModel(
            [(f"review.{what}", ASCENDING)],
            name=f"{what}_never_shown",
            partialFilterExpression={f"review.{what}": "never"},
        )
        for what in ("key", "correctness")
    ]

    def __init__(self, db: Database[Document], days: Aggregates) -> None:
        self._cards, self._entering = db["cards"], db["entering"]
        self._questions, self._exams, self._forms = db["questions"], db["exams"], db["forms"]
        self._days = days
        self._pool: tuple[Any, list[Document]] = (None, [])
        self._asked_in: LRUCache[str, frozenset[str]] = LRUCache(EXAMS_KEPT)

    def let_enter(self, attempts: Mapping[str, datetime]) -> None:
        """Attempt id -> from when on it is taken into the cards; said again, the newest stands."""
        writes = [
            UpdateOne({"_id": id}, {"$set": {"enters_at": enters_at}, "$inc": {"told": 1}}, upsert=True)
            for id, enters_at in attempts.items()
        ]
        if writes:
            self._entering.bulk_write(writes, ordered=False)

    def entering(self, now: datetime, limit: int) -> list[Document]:
        """What is to be taken in by ``now``, the longest waiting first; ``_id`` is the attempt's."""
        found = self._entering.find({"enters_at": {"$lte": now}})
        return list(found.sort("enters_at", ASCENDING).limit(limit))

    def entered(self, waiting: Document) -> None:
        """It was taken in; it stays when it was told of again since it was read."""
        self._entering.delete_one({"_id": waiting["_id"], "told": waiting["told"]})

    def cards(self, ids: Iterable[str], session: ClientSession | None = None) -> dict[str, Document]:
        """Those cards that exist, by id."""
        return {card["_id"]: card for card in self._cards.find({"_id": {"$in": list(ids)}}, session=session)}

    def cards_of(self, person_id: str) -> list[Document]:
        """The person's cards as far as a choice or a list asks, the one due first first."""
        found = self._cards.find({"person_id": person_id}, _OF_CARDS)
        return list(found.sort([("due_on", ASCENDING), ("_id", ASCENDING)]).limit(CARDS_READ))

    def page_of_cards(self, ids: Sequence[str], limit: int, cursor: str | None) -> dict[str, Any]:
        """A page of these cards, in the order of their ids."""
        return page(self._cards, {"_id": {"$in": list(ids)}}, [("_id", ASCENDING)], limit, cursor)

    def put_cards(self, cards: Iterable[Document], session: ClientSession | None = None) -> None:
        """Writes each if it is still at its ``version`` (0: not there yet); ``Stale`` when one is not, the others are
        written all the same."""
        writes: list[InsertOne[Document] | ReplaceOne[Document]] = [
            ReplaceOne({"_id": card["_id"], "version": card["version"]}, card | {"version": card["version"] + 1})
            if card["version"]
            else InsertOne(card | {"version": 1})
            for card in cards
        ]
        if not writes:
            return
        try:
            done = self._cards.bulk_write(writes, ordered=False, session=session)
        except BulkWriteError as error:
            if any(failure["code"] != 11000 for failure in error.details["writeErrors"]):
                raise
            raise Stale from error
        if done.inserted_count + done.matched_count < len(writes):
            raise Stale

    def day(self, id: str, session: ClientSession | None = None) -> Document | None:
        """A person's set of a day, or None."""
        return self._days.find_one({"_id": id}, session=session)

    def insert_day(self, day: Document) -> bool:
        """Adds it; False when there is one."""
        try:
            self._days.insert(day)
        except DuplicateKeyError:
            return False
        return True

    def update_day(self, day: Document, fields: Document, events: Sequence[Draft], session: ClientSession) -> Document:
        """Sets ``fields``, with the events, if it is unchanged since it was read; ``Stale`` otherwise."""
        return self._days.update(day, {"$set": fields}, events, session=session)

    def pool(self) -> list[Document]:
        """What a choice asks of every active question; read anew when the bank has changed."""
        newest = [
            self._questions.find_one({}, {"updated_at": 1, "_id": 1}, sort=[(name, DESCENDING)])
            for name in ("updated_at", "_id")
        ]
        if self._pool[0] != newest:
            self._pool = newest, list(self._questions.find({"state": "active"}, _OF_QUESTIONS))
        return self._pool[1]

    def states(self, ids: Iterable[str]) -> dict[str, Document]:
        """What decides whether these questions are still asked, by id."""
        found = self._questions.find({"_id": {"$in": list(ids)}}, _OF_QUESTIONS | {"revision": 1})
        return {question["_id"]: question for question in found}

    def exams_with_secrets(self, since: datetime) -> list[Document]:
        """The exams that close after ``since`` for anybody, and those whose keys or results are never shown; those that
        are given as practice have no secrets.
        """
        secret = [{f"review.{what}": "never"} for what in ("key", "correctness")]
        wanted = [{"closes_at": {"$gt": since}}, {"shut_at": {"$gt": since}}, *secret]
        return list(self._exams.find({"$or": wanted, "mode": {"$ne": "practice"}}, _OF_EXAMS))

    def asked_in(self, exam: Document) -> frozenset[str]:
        """The ids of all questions that any form of the exam asks; a form never gets others."""
        id = exam["_id"]
        if id in self._asked_in:
            return self._asked_in[id]
        forms = list(self._forms.find({"_id": {"$gte": f"{id}.", "$lt": f"{id}/"}}, {"questions.id": 1}))
        asked = frozenset(question["id"] for form in forms for question in form["questions"])
        if len(forms) >= exam.get("variants", 1):
            self._asked_in[id] = asked
        return asked
