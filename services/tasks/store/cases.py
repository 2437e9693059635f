"""The cases: opened, changed, listed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.client_session import ClientSession

from chassis import Store
from chassis.paging import cursor_after, page
from contracts.event import Draft
from services.tasks.listing_documents import counts_as_before
from services.tasks.model.listing import Order, Reader, Wanted, facet_within
from services.tasks.oversight_documents import NEVER
from services.tasks.store.listing import ORDERINGS, RETIRED_INDEXES, Ordering, in_time_order, matching

Document = dict[str, Any]

# A case without what it grew by: enough to decide on, to list and to show it.
WITHOUT_HISTORY = {"history": 0}


class CasesStore(Store):
    """The collection ``cases``. See README.md for the documents' form."""

    def ensure_indexes(self) -> None:
        """As in ``Store``; besides, indexes by which a release before has listed cases are taken away."""
        super().ensure_indexes()
        for name in self.db.cases.index_information().keys() & set(RETIRED_INDEXES):
            self.db.cases.drop_index(name)

    def add_cases(self, cases: Iterable[tuple[Document, Draft]]) -> set[str]:
        """Inserts the cases that are new, with their events, in one write; the ids of those that were
        there.
        """
        return self.aggregates("cases").insert_many((document, [event]) for document, event in cases)

    def add_case(self, case: Document, event: Draft, session: ClientSession | None = None) -> None:
        """Inserts one case with its event."""
        self.aggregates("cases").insert(case, [event], session)

    def case(self, case_id: str, session: ClientSession | None = None) -> Document | None:
        """The case without its history."""
        return self.db.cases.find_one({"_id": case_id}, WITHOUT_HISTORY, session=session)

    def case_with_history(self, case_id: str, skip: int, limit: int) -> Document | None:
        """The case with ``limit`` lines of its history after the first ``skip``, oldest first."""
        return self.db.cases.find_one({"_id": case_id}, {"history": {"$slice": [skip, limit]}})

    def last_entries(self, case_id: str, count: int) -> list[Document]:
        """The last ``count`` lines of the case's history, oldest first."""
        found = self.db.cases.find_one({"_id": case_id}, {"history": {"$slice": -count}})
        return found["history"] if found else []

    def record_action(
        self,
        document: Document,
        changes: Document,
        entry: Document,
        event: Draft,
        session: ClientSession | None = None,
        to_notify: Document | None = None,
    ) -> Document:
        """Writes what an action changed, its line of history, its event and whom to notify as one; ``Stale`` if not
        the first.
        """
        grown = {"history": entry, **({"to_notify": to_notify} if to_notify else {})}
        if counts_as_before(document, changes):
            changes = {name: value for name, value in changes.items() if name != "uncounted"}
        change = {"$set": changes, "$push": grown}
        return self.aggregates("cases").update(document, change, [event], session=session)

    def cases(
        self, wanted: Wanted, reader: Reader, order: Order, now: datetime, limit: int, cursor: str | None
    ) -> dict[str, Any]:
        """A page of the cases that are wanted and that the reader may know of, in this order, without their histories.

        In the order in which they are due, those that owe nothing are left out.
        """
        query = matching(wanted, reader, now)
        if order == "due":
            return self._due(in_time_order(query, reader), limit, cursor)
        return self._page(query, ORDERINGS[order], limit, cursor)

    def _due(self, parts: Sequence[tuple[Document, Ordering]], limit: int, cursor: str | None) -> dict[str, Any]:
        pages = [(self._page(query, ordering, limit, cursor), ordering) for query, ordering in parts]
        if len(pages) == 1:
            return pages[0][0]
        found = [(case, ordering) for page, ordering in pages for case in page["items"]]
        found.sort(key=lambda one: [one[0][name] for name, _ in one[1].sort])
        shown = found[:limit]
        more = len(found) > limit or any(page["next_cursor"] for page, _ in pages)
        following = cursor_after(shown[-1][0], shown[-1][1].sort) if more else None
        return {"items": [case for case, _ in shown], "next_cursor": following}

    def _page(self, query: Document, ordering: Ordering, limit: int, cursor: str | None) -> dict[str, Any]:
        return page(
            self.db.cases,
            query,
            sort=ordering.sort,
            limit=limit,
            cursor=cursor,
            projection=WITHOUT_HISTORY,
            hint=ordering.index,
        )

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
        every = {"facets": facet_within(None)}
        coming = [{**every, "next_due_at": {"$lt": NEVER}}, {"next_stage_at": {"$lt": NEVER}}]
        return iter(self.db.cases.find({"$or": coming}, WITHOUT_HISTORY))

    def set_due_dates(self, counted: Iterable[tuple[Document, Document]]) -> None:
        """Corrects the dates of these cases where no action came between."""
        self._correct(counted)

    def cases_without_facets(self, at_most: int) -> list[Document]:
        """So many cases that no list can find yet, since a release before has kept them; without their histories."""
        found = self.db.cases.find({"facets": None}, WITHOUT_HISTORY).hint(ORDERINGS["newest"].index)
        return list(found.limit(at_most))

    def set_facets(self, listed: Iterable[tuple[Document, Document]]) -> None:
        """Has lists find these cases, where no action has seen to that meanwhile."""
        self._correct(listed)

    def _correct(self, corrected: Iterable[tuple[Document, Document]]) -> None:
        writes = [
            UpdateOne({"_id": document["_id"], "version": document["version"]}, {"$set": fields})
            for document, fields in corrected
        ]
        if writes:
            self.db.cases.bulk_write(writes, ordered=False)

    def note_due_dates_counted_by(self, known_through: str) -> None:
        """All stored due dates are counted by the calendar that ends on this day."""
        change = {"$set": {"known_through": known_through}}
        self.db.counters.update_one({"_id": "due_dates"}, change, upsert=True)
