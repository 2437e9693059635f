"""The queries and indexes behind the lists of cases: one indexed query for every filter in every order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.tasks.model.listing import Order, Reader, Wanted, facets_wanted, left_open
from services.tasks.model.rules import ABOVE
from services.tasks.oversight_documents import NEVER

Document = dict[str, Any]

_FIELDS = {"category": "category", "source": "source.kind", "unit_id": "unit_id", "handler_id": "handler_ids"}


@dataclass(frozen=True)
class Ordering:
    """How a list is sorted, and by which index it is read."""

    sort: Sequence[tuple[str, int]]
    index: str


# Reports tell only the hour in which they came; within it the numbers are in order.
_NEWEST = [("opened_at", DESCENDING), ("number", DESCENDING)]
_OLDEST = [("opened_at", ASCENDING), ("number", ASCENDING)]
_NUMBER = [("number", DESCENDING)]
_DUE = [("next_due_at", ASCENDING), ("_id", ASCENDING)]
_OPEN_DUE = [("open_due_at", ASCENDING), ("_id", ASCENDING)]

ORDERINGS: Mapping[Order, Ordering] = {
    "newest": Ordering(_NEWEST, "listed_newest"),
    "oldest": Ordering(_OLDEST, "listed_newest"),
    "number": Ordering(_NUMBER, "listed_number"),
    "due": Ordering(_DUE, "listed_due"),
}
# Cases that are due by another clock to those who may not know of all.
OPEN_DUE = Ordering(_OPEN_DUE, "listed_open_due")

_IS_DUE = {"next_due_at": {"$lt": NEVER}}
_IS_OPENLY_DUE = {"open_due_at": {"$lt": NEVER}}
# After the sort come fields that are looked at in the index, before a case is fetched for nothing.
INDEXES = [
    IndexModel([("number", ASCENDING)], unique=True),
    IndexModel([("facets", ASCENDING), *_NEWEST], name="listed_newest"),
    IndexModel([("facets", ASCENDING), *_NUMBER], name="listed_number"),
    IndexModel(
        [("facets", ASCENDING), *_DUE, ("opened_at", ASCENDING), ("open_due_at", ASCENDING)],
        name="listed_due",
        partialFilterExpression=_IS_DUE,
    ),
    IndexModel(
        [("facets", ASCENDING), *_OPEN_DUE, ("opened_at", ASCENDING)],
        name="listed_open_due",
        partialFilterExpression=_IS_OPENLY_DUE,
    ),
]
# Those of releases before, by which nothing is read any more.
RETIRED_INDEXES = (
    "newest", "due", "newest_of_state", "newest_of_category", "newest_of_source", "newest_of_handler", "newest_of_unit",
    "due_of_handler", "due_of_unit",
)  # fmt: skip


def matching(wanted: Wanted, reader: Reader, now: datetime) -> Document:
    """The cases that are wanted and that the reader may know of; begins with an equality on ``facets``."""
    facets = facets_wanted(wanted, reader)
    query: Document = {"facets": facets[0] if len(facets) == 1 else {"$in": facets}}
    query |= {_FIELDS[name]: value for name, value in left_open(wanted, reader).items()}
    if opened := _between(wanted.opened_from, wanted.opened_to):
        query["opened_at"] = opened
    if wanted.number is not None:
        query["number"] = _beginning_with(wanted.number)
    if wanted.unassigned is not None:
        query["unit_id"] = None if wanted.unassigned else {"$ne": None}
    if wanted.overdue is not None:
        query |= _overdue(wanted.overdue, reader, now)
    return query | _visible_to(reader)


def in_time_order(query: Document, reader: Reader) -> list[tuple[Document, Ordering]]:
    """``query`` for lists in the order in which cases are due, less those that owe nothing: the parts to merge."""
    by_all = ORDERINGS["due"]
    if reader.knows_all_clocks:
        return [(_with(query, _IS_DUE), by_all)]
    same = _with(query, _IS_DUE, {"open_due_at": None})
    return [(same, by_all), (_with(query, _IS_OPENLY_DUE), OPEN_DUE)]


def _visible_to(reader: Reader) -> Document:
    query: Document = {"excluded_person_ids": {"$ne": reader.person_id}}
    if reader.not_about:
        query["excluded_unit_ids"] = {"$nin": list(reader.not_about)}
    if not reader.sees_above:
        query["route"] = {"$ne": ABOVE}
    return query


def _overdue(overdue: bool, reader: Reader, now: datetime) -> Document:
    # What is not openly due later is due by ``next_due_at``, which is never the later one of the two.
    later = {"open_due_at": {"$gte": now}}
    if overdue:
        return {"next_due_at": {"$lt": now}} | ({} if reader.knows_all_clocks else {"$nor": [later]})
    in_time = {"next_due_at": {"$gte": now}}
    return in_time if reader.knows_all_clocks else {"$or": [in_time, later]}


def _between(first: datetime | None, end: datetime | None) -> Document:
    return {name: at for name, at in (("$gte", first), ("$lt", end)) if at is not None}


def _beginning_with(number: str) -> Document:
    # A range, not a pattern: what begins so lies before the same with the next character at its end.
    return {"$gte": number, "$lt": number[:-1] + chr(ord(number[-1]) + 1)}


def _with(query: Document, *further: Document) -> Document:
    return {"$and": [query, *further]}
