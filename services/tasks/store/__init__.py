"""The collections of the tasks service: cases, the directory of people, exams, study records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from pymongo import ASCENDING, DESCENDING, IndexModel, MongoClient, UpdateOne
from pymongo.client_session import ClientSession

from chassis import Store
from chassis.paging import page
from contracts.event import Draft
from services.tasks.documents import NEVER
from services.tasks.numbers import CaseNumbers

Document = dict[str, Any]

# Reports tell only the hour in which they came; within it the numbers are in order.
NEWEST_FIRST = [("opened_at", DESCENDING), ("number", DESCENDING)]
SOONEST_DUE_FIRST = [("next_due_at", ASCENDING), ("_id", ASCENDING)]
BY_ID = [("_id", ASCENDING)]

# A case without what it grew by: enough to decide on, to list and to show it.
WITHOUT_HISTORY = {"history": 0}


def _listed_by(field: str, name: str, sort: list[tuple[str, int]], *, sparse: bool = False) -> IndexModel:
    options: Document = {"partialFilterExpression": {field: {"$exists": True}}} if sparse else {}
    return IndexModel([(field, ASCENDING), *sort], name=name, **options)


class TasksStore(Store):
    """See README.md for the documents' form."""

    database_name = "tasks"
    outboxes = ("cases",)
    indexes: ClassVar[Mapping[str, Sequence[IndexModel]]] = {
        "cases": [
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
        ],
        "people": [IndexModel([("unit_path", ASCENDING), ("_id", ASCENDING)], name="active_of_unit",
                              partialFilterExpression={"active": True})],
        "exams": [IndexModel([("required", ASCENDING)], partialFilterExpression={"required": True})],
        "study_records": [],
        "counters": [],
    }  # fmt: skip

    def __init__(self, client: MongoClient[Document], prefix: str = "") -> None:
        super().__init__(client, prefix)
        self.numbers = CaseNumbers(self.db.counters)

    # -- cases

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
        """Every case that is due some time, without its history."""
        return iter(self.db.cases.find({"next_due_at": {"$lt": NEVER}}, WITHOUT_HISTORY))

    def set_due_dates(self, counted: Iterable[tuple[Document, datetime]]) -> None:
        """Corrects ``next_due_at`` where no action came between."""
        writes = [
            UpdateOne({"_id": document["_id"], "version": document["version"]}, {"$set": {"next_due_at": next_due_at}})
            for document, next_due_at in counted
        ]
        if writes:
            self.db.cases.bulk_write(writes, ordered=False)

    def note_due_dates_counted_by(self, known_through: str) -> None:
        """All stored due dates are counted by the calendar that ends on this day."""
        change = {"$set": {"known_through": known_through}}
        self.db.counters.update_one({"_id": "due_dates"}, change, upsert=True)

    # -- the directory of people

    def know_people(self, people: Iterable[Document]) -> None:
        """Keeps of each person the state of the highest ``sequence``, in one write."""
        self._keep_newest("people", people)

    def people(self, ids: Iterable[str], session: ClientSession | None = None) -> dict[str, Document]:
        """Those of these people that are known, by id."""
        found = self.db.people.find({"_id": {"$in": list(ids)}}, session=session)
        return {person["_id"]: person for person in found}

    def active_people(self, unit_id: str | None, limit: int, cursor: str | None) -> dict[str, Any]:
        """A page of the active people of a unit and all units below it, or of all, in order of their ids."""
        wanted: Document = {"active": True}
        if unit_id:
            wanted["unit_path"] = unit_id
        return page(self.db.people, wanted, sort=BY_ID, limit=limit, cursor=cursor)

    # -- study

    def know_exams(self, exams: Iterable[Document]) -> None:
        """Keeps of each exam the state of the highest ``sequence``, in one write."""
        self._keep_newest("exams", exams)

    def required_exams(self) -> list[Document]:
        """All required exams; a few dozen a year."""
        return list(self.db.exams.find({"required": True}))

    def credit(self, entries: Iterable[tuple[str, Document]]) -> None:
        """Puts each entry into the record of its person, in one write.

        A record has one entry for a ``ref``: that of the highest ``sequence``. So an entry that comes
        twice or late changes nothing, and no total can count it twice.
        """
        writes = [_credit(person_id, entry) for person_id, entry in entries]
        if writes:
            self.db.study_records.bulk_write(writes, ordered=False)

    def study_records(self, person_ids: Iterable[str]) -> dict[str, list[Document]]:
        """The entries of those of these people that have any, by person."""
        found = self.db.study_records.find({"_id": {"$in": list(person_ids)}})
        return {record["_id"]: record["entries"] for record in found}

    def _keep_newest(self, collection: str, documents: Iterable[Document]) -> None:
        writes = [UpdateOne({"_id": document["_id"]}, [_newest_wins(document)], upsert=True) for document in documents]
        if writes:
            self.db[collection].bulk_write(writes, ordered=False)


def _newest_wins(document: Document) -> Mapping[str, Any]:
    older = {"$gte": ["$sequence", document["sequence"]]}
    return {"$replaceWith": {"$cond": [older, "$$ROOT", {"$literal": document}]}}


def _credit(person_id: str, entry: Document) -> UpdateOne:
    ref, sequence = {"$literal": entry["ref"]}, entry["sequence"]
    kept = {
        "$filter": {
            "input": {"$ifNull": ["$entries", []]},
            "cond": {"$or": [{"$ne": ["$$this.ref", ref]}, {"$gte": ["$$this.sequence", sequence]}]},
        }
    }
    with_it = {"$concatArrays": ["$$kept", [{"$literal": entry}]]}
    entries = {"$let": {"vars": {"kept": kept}, "in": {"$cond": [{"$in": [ref, "$$kept.ref"]}, "$$kept", with_it]}}}
    return UpdateOne({"_id": person_id}, [{"$set": {"entries": entries}}], upsert=True)
