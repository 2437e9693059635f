"""Sampling re-review: the draws, and the re-review of each case drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.database import Database

from chassis.paging import page

Document = dict[str, Any]

# A draw's id tells its time, and a re-review's id begins with that of its draw: newest first is the order of ids.
NEWEST_FIRST = [("_id", DESCENDING)]

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    "re_review_draws": [],
    "re_reviews": [
        IndexModel([("state", ASCENDING), *NEWEST_FIRST], name="newest_of_state"),
        IndexModel([("unit_id", ASCENDING), *NEWEST_FIRST], name="newest_of_unit"),
        IndexModel([("draw_id", ASCENDING), *NEWEST_FIRST], name="newest_of_draw"),
    ],
}
# Written when a case is closed.
CASES_INDEXES = [
    IndexModel(
        [("state", ASCENDING), ("closed_at", ASCENDING), ("unit_id", ASCENDING), ("_id", ASCENDING)],
        name="closed",
        partialFilterExpression={"state": "closed"},
    )
]


class ReReviews:
    """A draw is written once with its re-reviews; each of these is decided once."""

    def __init__(self, database: Database[Document]) -> None:
        self._cases = database.cases
        self._draws = database.re_review_draws
        self._re_reviews = database.re_reviews

    def closed_cases(self, after: datetime, through: datetime) -> Iterator[Document]:
        """Id and unit of each case that was closed in this time and still is; from the index alone.

        Cases that were closed before the moment was kept beside the history come too, by what their history says.
        """
        within = {"$gt": after, "$lte": through}
        yield from self._cases.find({"state": "closed", "closed_at": within}, {"unit_id": 1}).hint("closed")
        closings = {"$filter": {"input": "$history", "cond": {"$eq": ["$$this.action", "close"]}}}
        yield from self._cases.aggregate(
            [
                {"$match": {"state": "closed", "closed_at": None}},
                {"$project": {"unit_id": 1, "closing": {"$last": closings}}},
                {"$match": {"closing.at": within}},
            ],
            hint="closed",
        )

    def cases(self, ids: Iterable[str], session: ClientSession | None = None) -> dict[str, Document]:
        """These cases by id, without their histories."""
        found = self._cases.find({"_id": {"$in": list(ids)}}, {"history": 0}, session=session)
        return {case["_id"]: case for case in found}

    def add(self, draw: Document, re_reviews: Sequence[Document], session: ClientSession) -> None:
        """Writes a draw with all its re-reviews."""
        self._draws.insert_one(draw, session=session)
        self._re_reviews.insert_many(re_reviews, session=session)

    def draw(self, draw_id: str) -> Document | None:
        """One draw."""
        return self._draws.find_one({"_id": draw_id})

    def draws(self, limit: int, cursor: str | None) -> Document:
        """A page of the draws, newest first."""
        return page(self._draws, {}, sort=NEWEST_FIRST, limit=limit, cursor=cursor)

    def re_review(self, re_review_id: str, session: ClientSession | None = None) -> Document | None:
        """One re-review."""
        return self._re_reviews.find_one({"_id": re_review_id}, session=session)

    def list(self, wanted: Document, hidden_from: Sequence[str], limit: int, cursor: str | None) -> Document:
        """A page of re-reviews, newest draw first. ``wanted``: equalities, and states as ``$in``."""
        query = {**wanted, **({"excluded_unit_ids": {"$nin": list(hidden_from)}} if hidden_from else {})}
        return page(self._re_reviews, query, sort=NEWEST_FIRST, limit=limit, cursor=cursor)

    def hidden_cases(self, draw_id: str, unit_ids: Sequence[str], person_id: str) -> list[str]:
        """The cases of a draw that are, by now, about one of these units, or from which this person must keep out."""
        drawn = [one["case_id"] for one in self._re_reviews.find({"draw_id": draw_id}, {"case_id": 1})]
        kept_from = [{"excluded_unit_ids": {"$in": list(unit_ids)}}, {"excluded_person_ids": person_id}]
        return [case["_id"] for case in self._cases.find({"_id": {"$in": drawn}, "$or": kept_from}, {"_id": 1})]

    def tally(self, draw_id: str, hidden: Sequence[str]) -> list[tuple[str | None, str, int]]:
        """Of a draw without these cases: unit, state and how many."""
        by = {"unit_id": "$unit_id", "state": "$state"}
        counted = self._re_reviews.aggregate(
            [
                {"$match": {"draw_id": draw_id, "case_id": {"$nin": list(hidden)}}},
                {"$group": {"_id": by, "count": {"$sum": 1}}},
            ]
        )
        return [(one["_id"]["unit_id"], one["_id"]["state"], one["count"]) for one in counted]

    def decide(self, re_review_id: str, changes: Document, session: ClientSession) -> Document | None:
        """The re-review after its decision; None when it is not open any more."""
        return self._re_reviews.find_one_and_update(
            {"_id": re_review_id, "state": "open"},
            {"$set": changes},
            return_document=ReturnDocument.AFTER,
            session=session,
        )
