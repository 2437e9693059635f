"""The cases: opened, changed, listed, and the indexes by which each list is one query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel, UpdateOne
from pymongo.client_session import ClientSession

from chassis import Store
from chassis.paging import page
from contracts.event import Draft
from services.tasks.oversight_documents import NEVER

Document = dict[str, Any]

# Reports tell only the hour in which they came; within it the numbers are in order.
NEWEST_FIRST = [("opened_at", DESCENDING), ("number", DESCENDING)]
SOONEST_DUE_FIRST = [("next_due_at", ASCENDING), ("_id", ASCENDING)]

# A case without what it grew by: enough to decide on, to list and to show it.
WITHOUT_HISTORY = {"history": 0}


def _listed_by(field: str, name: str, sort: list[tuple[str, int]], *, sparse: bool = False) -> IndexModel:
    options: Document = {"partialFilterExpression": {field: {"$exists": True}}} if sparse else {}
    return IndexModel([(field, ASCENDING), *sort], name=name, **options)


INDEXES = [
    IndexModel([("number", ASCENDING)], unique=True),
    IndexModel(NEWEST_FIRST, name="newest"),
    IndexModel(SOONEST_DUE_FIRST, name="due"),
    _listed_by("state", "newest_of_state", NEWEST_FIRST),
    _listed_by("category", "newest_of_category", NEWEST_FIRST),
    _listed_by("source.kind", "newest_of_source", NEWEST_FIRST),
    _listed_by("handler_id", "newest_of_handler", NEWEST_FIRST, sparse=True),
    _listed_by("unit_id", "newest_of_unit", NEWEST_FIRST, sparse=True),
    _listed_by("handler_id", "due_of_handler", SOONEST_DUE_FIRST, sparse=True),
    _listed_by("unit_id", "due_of_unit", SOONEST_DUE_FIRST, sparse=True),
]


class CasesStore(Store):
    """The collection ``cases``. See README.md for the documents' form."""

    def add_cases(self, cases: Iterable[tuple[Document, Draft]]) -> set[str]:
        """Inserts the cases that are new, with their events, in one write; the ids of those that were
        there.
        """
        return self.aggregates("cases").insert_many((document, [event]) for document, event in cases)

    def case(self, case_id: str, session: ClientSession | None = None) -> Document | None:
        """The case without its history."""
        return self.db.cases.find_one({"_id": case_id}, WITHOUT_HISTORY, session=session)

    def case_with_history(self, case_id: str, skip: int, limit: int) -> Document | None:
        """The case with ``limit`` lines of its history after the first ``skip``, oldest first."""
        return self.db.cases.find_one({"_id": case_id}, {"history": {"$slice": [skip, limit]}})

    def record_action(
        self,
        document: Document,
        changes: Document,
        entry: Document,
        event: Draft,
        session: ClientSession | None = None,
    ) -> Document:
        """Writes what an action changed, its line of history and its event as one; ``Stale`` if not the
        first.
        """
        change = {"$set": changes, "$push": {"history": entry}}
        return self.aggregates("cases").update(document, change, [event], session=session)

    def cases(
        self,
        wanted: Document,
        *,
        hidden_from: Sequence[str],
        overdue: bool | None,
        now: datetime,
        limit: int,
        cursor: str | None,
    ) -> dict[str, Any]:
        """A page of cases without their histories: newest first, or, asked for overdue or not, soonest
        due first.

        ``wanted``: equalities. ``hidden_from``: units of the reader; cases about them are left out.
        """
        query: Document = dict(wanted)
        if hidden_from:
            query["excluded_unit_ids"] = {"$nin": list(hidden_from)}
        if overdue is not None:
            query["next_due_at"] = {"$lt" if overdue else "$gte": now}
        sort = NEWEST_FIRST if overdue is None else SOONEST_DUE_FIRST
        return page(self.db.cases, query, sort=sort, limit=limit, cursor=cursor, projection=WITHOUT_HISTORY)

    def note_messages(self, messages: Iterable[tuple[str, int, str]]) -> set[str]:
        """Keeps of each case the newest message: its number and its author's side; the ids without a case."""
        noted = list(messages)
        if not noted:
            return set()
        writes = [
            UpdateOne(
                {"_id": case_id, "correspondence.number": {"$not": {"$gte": number}}},
                {"$set": {"correspondence": {"number": number, "author": author}}},
            )
            for case_id, number, author in noted
        ]
        if self.db.cases.bulk_write(writes, ordered=False).matched_count == len(noted):
            return set()
        ids = {case_id for case_id, _, _ in noted}
        return ids - {case["_id"] for case in self.db.cases.find({"_id": {"$in": list(ids)}}, {"_id": 1})}

    def due_dates_counted_by(self) -> str | None:
        """The last day of the calendar that all stored due dates were counted by."""
        counter = self.db.counters.find_one({"_id": "due_dates"})
        return counter["known_through"] if counter else None

    def cases_with_running_clocks(self) -> Iterator[Document]:
        """Every case that is due some time, or that oversight comes to, without its history."""
        coming = [{"next_due_at": {"$lt": NEVER}}, {"next_stage_at": {"$lt": NEVER}}]
        return iter(self.db.cases.find({"$or": coming}, WITHOUT_HISTORY))

    def set_due_dates(self, counted: Iterable[tuple[Document, Document]]) -> None:
        """Corrects the dates of these cases where no action came between."""
        writes = [
            UpdateOne({"_id": document["_id"], "version": document["version"]}, {"$set": dates})
            for document, dates in counted
        ]
        if writes:
            self.db.cases.bulk_write(writes, ordered=False)

    def note_due_dates_counted_by(self, known_through: str) -> None:
        """All stored due dates are counted by the calendar that ends on this day."""
        change = {"$set": {"known_through": known_through}}
        self.db.counters.update_one({"_id": "due_dates"}, change, upsert=True)
