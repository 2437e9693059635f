"""The collections of the tasks service: cases, the directory of people, exams, study records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from pymongo import ASCENDING, IndexModel, MongoClient, UpdateOne
from pymongo.client_session import ClientSession

from chassis import clock
from chassis.imports import INDEXES as IMPORT_INDEXES
from chassis.imports import ImportJobs
from chassis.imports import indexes as import_indexes
from chassis.paging import page
from services.tasks.numbers import CaseNumbers
from services.tasks.store import (
    cases,
    certificates,
    counts,
    dispatch,
    evidence,
    listing,
    notices,
    old_files,
    oversight,
    re_reviews,
    routing,
    study_entries,
    study_sessions,
)

Document = dict[str, Any]

BY_ID = [("_id", ASCENDING)]
# Imports of attendance lists are worked off by themselves.
ATTENDANCE = "attendance_"


class TasksStore(cases.CasesStore):
    """See README.md for the documents' form."""

    database_name = "tasks"
    outboxes = ("cases", oversight.FILE_STAGES)
    indexes: ClassVar[Mapping[str, Sequence[IndexModel]]] = {
        "cases": [*listing.INDEXES, *counts.CASES_INDEXES, *notices.CASES_INDEXES,
                  *oversight.CASE_INDEXES, *re_reviews.CASES_INDEXES, *routing.CASES_INDEXES, *old_files.CASES_INDEXES],
        "people": [IndexModel([("unit_path", ASCENDING), ("_id", ASCENDING)], name="active_of_unit",
                              partialFilterExpression={"active": True}),
                   IndexModel([("unit_id", ASCENDING), ("_id", ASCENDING)], name="active_of_branch",
                              partialFilterExpression={"active": True}), *notices.PEOPLE_INDEXES],
        "exams": [IndexModel([("required", ASCENDING)], partialFilterExpression={"required": True})],
        "study_records": [IndexModel([("spread", ASCENDING)])],
        "counters": [],
        "units": [IndexModel([("path", ASCENDING), ("_id", ASCENDING)])],
        **IMPORT_INDEXES,
        **import_indexes(ATTENDANCE),
        **counts.INDEXES,
        **dispatch.INDEXES,
        **evidence.INDEXES,
        **notices.INDEXES,
        **old_files.INDEXES,
        **oversight.INDEXES,
        **re_reviews.INDEXES,
        **certificates.INDEXES,
        **study_entries.INDEXES,
        **study_sessions.INDEXES,
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
        self.study_entries = study_entries.StudyEntries(self.db)
        self.study_sessions = study_sessions.StudySessions(self.db)
        self.courses = study_sessions.Courses(self.db)
        self.certificates = certificates.Certificates(self.db)
        self.attendance_imports = ImportJobs(self.db, ATTENDANCE)

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

    def learners(
        self, unit_id: str | None, branch_id: str | None, line: str | None, limit: int | None = None, after: str = ""
    ) -> list[Document]:
        """The active people of a unit with all below, of a branch alone, or of all; of one line if given; in order of
        their ids, after this one.
        """
        place = {"unit_id": branch_id} if branch_id is not None else {"unit_path": unit_id} if unit_id else {}
        wanted = {"active": True, **place, "_id": {"$gt": after}, **({"line": line} if line is not None else {})}
        index = "active_of_branch" if branch_id is not None else "active_of_unit" if unit_id else "_id_"
        return list(self.db.people.find(wanted, hint=index).sort(BY_ID).limit(limit or 0))

    # -- the directory of units

    def know_units(self, units: Iterable[Document]) -> None:
        """Keeps of each unit the state of the highest ``sequence``, in one write."""
        self._keep_newest("units", units)

    def units(self) -> list[Document]:
        """Every unit that there is or was; a bureau has some hundreds."""
        return list(self.db.units.find({"_id": {"$gt": ""}}))

    def unit_names(self, ids: Iterable[str]) -> dict[str, str]:
        """What these units are called, as far as they are known."""
        return {one["_id"]: one["name"] for one in self.db.units.find({"_id": {"$in": list(ids)}}, {"name": 1})}

    def unit(self, unit_id: str) -> Document | None:
        """One unit."""
        return self.db.units.find_one({"_id": unit_id})

    def units_below(self, unit_id: str | None, limit: int, cursor: str | None) -> Document:
        """A page of a unit with all below, or of all units, closed ones included, in order of their ids."""
        return page(self.db.units, {"path": unit_id} if unit_id else {}, sort=BY_ID, limit=limit, cursor=cursor)

    # -- study

    def know_exams(self, exams: Iterable[Document]) -> None:
        """Keeps of each exam the state of the highest ``sequence``, in one write."""
        self._keep_newest("exams", exams)

    def exam(self, exam_id: str) -> Document | None:
        """One exam."""
        return self.db.exams.find_one({"_id": exam_id})

    def required_exams(self) -> list[Document]:
        """All required exams, a few dozen a year; neither cancelled ones nor make-ups, which stand for others."""
        return list(self.db.exams.find({"required": True, "cancelled_at": None, "make_up_of": None}))

    def credit(
        self,
        entries: Iterable[tuple[str, Document]],
        now: datetime | None = None,
        session: ClientSession | None = None,
    ) -> None:
        """Puts each entry into the record of its person, and where entries are counted.

        A record has one entry for a ``kind`` and ``ref``: that of the highest ``sequence``. So an entry that comes
        twice or late changes nothing, and no total can count it twice. Whoever is killed between the two writes is told
        again.
        """
        pairs = list(entries)
        if pairs:
            writes = [_credit(person_id, entry) for person_id, entry in pairs]
            self.db.study_records.bulk_write(writes, ordered=False, session=session)
            self.study_entries.keep(pairs, now or clock.now(), session)

    def take_back(
        self, person_ids: Sequence[str], kind: str, ref: str, sequence: int, now: datetime, session: ClientSession
    ) -> None:
        """Takes an entry out of the records of these people."""
        if person_ids:
            self.db.study_records.update_many(
                {"_id": {"$in": list(person_ids)}}, {"$pull": {"entries": {"kind": kind, "ref": ref}}}, session=session
            )
            self.study_entries.take_back(person_ids, kind, ref, sequence, now, session)

    def records_not_spread(self, limit: int) -> list[Document]:
        """Records whose entries are not all in ``study_entries`` yet: those of before there was that collection."""
        return list(self.db.study_records.find({"spread": {"$in": [None, False]}}).limit(limit))

    def record_is_spread(self, person_id: str) -> None:
        """All entries of this record are there."""
        self.db.study_records.update_one({"_id": person_id}, {"$set": {"spread": True}})

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
    sequence = entry["sequence"]
    same = {
        "$and": [
            {"$eq": ["$$this.ref", {"$literal": entry["ref"]}]},
            {"$eq": ["$$this.kind", {"$literal": entry["kind"]}]},
        ]
    }
    kept = {
        "$filter": {
            "input": {"$ifNull": ["$entries", []]},
            "cond": {"$or": [{"$not": [same]}, {"$gte": ["$$this.sequence", sequence]}]},
        }
    }
    with_it = {"$concatArrays": ["$$kept", [{"$literal": entry}]]}
    there = {"$anyElementTrue": [{"$map": {"input": "$$kept", "as": "this", "in": same}}]}
    entries = {"$let": {"vars": {"kept": kept}, "in": {"$cond": [there, "$$kept", with_it]}}}
    # A new record has no entry of before there was ``study_entries``.
    spread = {"$ifNull": ["$spread", {"$eq": [{"$type": "$entries"}, "missing"]}]}
    return UpdateOne({"_id": person_id}, [{"$set": {"entries": entries, "spread": spread}}], upsert=True)
