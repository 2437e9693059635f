"""The collections of the tasks service: cases, the directory of people, exams, study records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from pymongo import ASCENDING, IndexModel, MongoClient, UpdateOne
from pymongo.client_session import ClientSession

from chassis.imports import INDEXES as IMPORT_INDEXES
from chassis.imports import ImportJobs
from chassis.paging import page
from services.tasks.numbers import CaseNumbers
from services.tasks.store import (
    cases,
    counts,
    dispatch,
    evidence,
    listing,
    notices,
    old_files,
    oversight,
    re_reviews,
    routing,
)

Document = dict[str, Any]

BY_ID = [("_id", ASCENDING)]


class TasksStore(cases.CasesStore):
    """See README.md for the documents' form."""

    database_name = "tasks"
    outboxes = ("cases", oversight.FILE_STAGES)
    indexes: ClassVar[Mapping[str, Sequence[IndexModel]]] = {
        "cases": [*listing.INDEXES, *counts.CASES_INDEXES, *notices.CASES_INDEXES,
                  *oversight.CASE_INDEXES, *re_reviews.CASES_INDEXES, *routing.CASES_INDEXES, *old_files.CASES_INDEXES],
        "people": [IndexModel([("unit_path", ASCENDING), ("_id", ASCENDING)], name="active_of_unit",
                              partialFilterExpression={"active": True}), *notices.PEOPLE_INDEXES],
        "exams": [IndexModel([("required", ASCENDING)], partialFilterExpression={"required": True})],
        "study_records": [],
        "counters": [],
        "units": [],
        **IMPORT_INDEXES,
        **counts.INDEXES,
        **dispatch.INDEXES,
        **evidence.INDEXES,
        **notices.INDEXES,
        **old_files.INDEXES,
        **oversight.INDEXES,
        **re_reviews.INDEXES,
    }  # fmt: skip

    def __init__(self, client: MongoClient[Document], prefix: str = "") -> None:
        super().__init__(client, prefix)
        self.numbers = CaseNumbers(self.db.counters)
        self.counts = counts.Counts(self)
        self.dispatches = dispatch.Dispatches(self.db)
        self.re_reviews = re_reviews.ReReviews(self.db)
        self.routing = routing.Routing(self.db)
        self.evidence = evidence.Evidence(self.db)
        self.notices = notices.Notices(self.db)
        self.imports = ImportJobs(self.db)
        self.old_files = old_files.OldFiles(self.db)
        self.oversight = oversight.Oversight(self)
        self.mailboxes = notices.Mailboxes(self.db)

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

    # -- the directory of units

    def know_units(self, units: Iterable[Document]) -> None:
        """Keeps of each unit the state of the highest ``sequence``, in one write."""
        self._keep_newest("units", units)

    def units(self) -> list[Document]:
        """Every unit that there is or was; a bureau has some hundreds."""
        return list(self.db.units.find({"_id": {"$gt": ""}}))

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
