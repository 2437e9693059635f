"""The collection ``study_entries``: each entry of each study record by itself, so that entries are counted and listed
by unit, line and week without reading a record.

What a record says of an entry is in ``study_records``; this is the same entry, with where its person was at the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from chassis.ids import derived_id
from chassis.paging import page
from services.tasks.model.sessions import week_of
from services.tasks.model.study import is_study

Document = dict[str, Any]

ENTRIES = "study_entries"
NEWEST_FIRST = [("at", DESCENDING), ("_id", ASCENDING)]
AS_STORED = [("stored_at", ASCENDING), ("_id", ASCENDING)]
_STUDY = {"study": True}

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    ENTRIES: [
        IndexModel([("unit_path", ASCENDING), *NEWEST_FIRST], name="study_of_unit", partialFilterExpression=_STUDY),
        IndexModel([("unit_id", ASCENDING), *NEWEST_FIRST], name="study_of_branch", partialFilterExpression=_STUDY),
        IndexModel(NEWEST_FIRST, name="study", partialFilterExpression=_STUDY),
        IndexModel(
            [("person_id", ASCENDING), ("week", ASCENDING)], name="study_of_person", partialFilterExpression=_STUDY
        ),
        IndexModel(
            [("task", ASCENDING), ("person_id", ASCENDING)], name="done", partialFilterExpression={"done": True}
        ),
        IndexModel(AS_STORED, name="as_stored"),
        IndexModel([("person_id", ASCENDING)], name="homeless", partialFilterExpression={"homeless": True}),
    ],
}


def entry_id(person_id: str, kind: str, ref: str) -> str:
    """The id of an entry, the same in every revision."""
    return derived_id("study_entry", person_id, kind, ref)


class StudyEntries:
    """Documents as a record has them, with ``person_id``, ``task``, ``unit_id``, ``unit_path``, ``line``, ``week`` (the
    Monday, ISO), ``study`` and ``done`` (whether they count), ``revision``, ``taken_back`` and ``stored_at``.
    """

    def __init__(self, database: Database[Document]) -> None:
        self._entries = database[ENTRIES]
        self._people = database.people

    def keep(self, entries: Sequence[tuple[str, Document]], now: datetime, session: ClientSession | None) -> None:
        """Keeps of each entry the state of the highest ``sequence``; one that comes twice changes nothing."""
        ids = list({person_id for person_id, _ in entries})
        people = {one["_id"]: one for one in self._people.find({"_id": {"$in": ids}}, session=session)}
        writes = [_newest(person_id, entry, people.get(person_id), now) for person_id, entry in entries]
        self._entries.bulk_write(writes, ordered=False, session=session)

    def take_back(
        self, person_ids: Iterable[str], kind: str, ref: str, sequence: int, now: datetime, session: ClientSession
    ) -> None:
        """These people's entries do not count any more."""
        ids = [entry_id(person_id, kind, ref) for person_id in person_ids]
        change = {"study": False, "done": False, "taken_back": True, "sequence": sequence, "stored_at": now}
        self._entries.update_many({"_id": {"$in": ids}}, {"$set": change}, session=session)

    def settle(self, people: Iterable[Mapping[str, Any]]) -> None:
        """Gives the entries of people who were unknown when these came their unit and line."""
        known = {one["_id"]: one for one in people}
        homeless = self._entries.find({"homeless": True, "person_id": {"$in": list(known)}}, {"person_id": 1})
        found = {one["person_id"] for one in homeless}
        writes = [
            UpdateOne(
                {"homeless": True, "person_id": person_id},
                {"$set": _home(known[person_id]), "$unset": {"homeless": ""}},
            )
            for person_id in found
        ]
        while writes and self._entries.bulk_write(writes, ordered=False).modified_count:
            pass

    def tallies(self, wanted: Document) -> Iterator[Document]:
        """The entries that ``wanted`` (of ``study_query``) leaves, by unit, line and week: ``{_id: {unit_path, line,
        week}, count, credits}``, credits in hundredths.
        """
        by = {"unit_path": "$unit_path", "line": "$line", "week": "$week"}
        credits = {"$sum": {"$toLong": {"$round": [{"$multiply": ["$credits", 100]}, 0]}}}
        return self._entries.aggregate(
            [{"$match": wanted}, {"$group": {"_id": by, "count": {"$sum": 1}, "credits": credits}}],
            hint=_index_for(wanted),
        )

    def page(self, wanted: Document, limit: int, cursor: str | None) -> Document:
        """A page of those entries, newest first."""
        return page(self._entries, wanted, NEWEST_FIRST, limit, cursor, hint=_index_for(wanted))

    def weeks_of(
        self, person_ids: Sequence[str], weeks: tuple[date, date], kind: str | None = None
    ) -> set[tuple[str, date]]:
        """In which of these weeks each of these people studied, wherever they were then."""
        within = {"$gte": weeks[0].isoformat(), "$lte": weeks[1].isoformat()}
        wanted: Document = {**_STUDY, "person_id": {"$in": list(person_ids)}, "week": within}
        if kind is not None:
            wanted["kind"] = kind
        by = {"person_id": "$person_id", "week": "$week"}
        found = self._entries.aggregate([{"$match": wanted}, {"$group": {"_id": by}}], hint="study_of_person")
        return {(one["_id"]["person_id"], date.fromisoformat(one["_id"]["week"])) for one in found}

    def done(self, tasks: Sequence[str], person_ids: Sequence[str]) -> set[tuple[str, str]]:
        """Who of these has done which of these exams and courses, what is waived included: (task, person)."""
        wanted = {"done": True, "task": {"$in": list(tasks)}, "person_id": {"$in": list(person_ids)}}
        found = self._entries.find(wanted, {"_id": 0, "task": 1, "person_id": 1}, hint="done")
        return {(one["task"], one["person_id"]) for one in found}

    def stored(self, since: datetime, until: datetime, limit: int, cursor: str | None) -> Document:
        """A page of the entries that were changed last after ``since`` and not after ``until``, in that order."""
        return page(self._entries, {"stored_at": {"$gt": since, "$lte": until}}, AS_STORED, limit, cursor)

    def one(self, person_id: str, kind: str, ref: str, session: ClientSession | None = None) -> Document | None:
        """An entry that was not taken back."""
        return self._entries.find_one({"_id": entry_id(person_id, kind, ref), "taken_back": False}, session=session)

    def sequence(self, person_id: str, kind: str, ref: str, session: ClientSession | None = None) -> int:
        """That of an entry, taken back or not; 0 where there was none."""
        found = self._entries.find_one({"_id": entry_id(person_id, kind, ref)}, {"sequence": 1}, session=session)
        return found["sequence"] if found else 0


def study_query(
    *, unit_id: str | None, branch_id: str | None, line: str | None, kind: str | None, since: datetime, until: datetime
) -> Document:
    """The entries that are study, of a unit with all below or of a branch alone, from ``since`` until before ``until``.

    What is None does not restrict.
    """
    wanted: Document = dict(_STUDY)
    if branch_id is not None:
        wanted["unit_id"] = branch_id
    elif unit_id is not None:
        wanted["unit_path"] = unit_id
    wanted["at"] = {"$gte": since, "$lt": until}
    if line is not None:
        wanted["line"] = line
    if kind is not None:
        wanted["kind"] = kind
    return wanted


def _index_for(wanted: Document) -> str:
    return "study_of_branch" if "unit_id" in wanted else "study_of_unit" if "unit_path" in wanted else "study"


def _home(person: Mapping[str, Any]) -> Document:
    return {"unit_id": person["unit_id"], "unit_path": person["unit_path"], "line": person["line"]}


def _newest(person_id: str, entry: Document, person: Mapping[str, Any] | None, now: datetime) -> UpdateOne:
    home = _home(person) if person is not None else {"unit_id": None, "unit_path": [], "line": None, "homeless": True}
    passed = bool(entry.get("passed", True))
    kind = entry["kind"]
    task = (
        entry.get("course_id")
        if kind == "session"
        else None
        if kind == "practice"
        else entry.get("makes_up") or entry["ref"]
    )
    document = {
        **entry,
        "person_id": person_id,
        "passed": passed,
        "task": task,
        "done": passed and task is not None,
        "study": is_study(kind, passed),
        "week": week_of(entry["at"]).isoformat(),
        "taken_back": False,
        "stored_at": now,
    }
    # Where somebody was when they studied does not change with a later mark.
    housed = {"$gt": [{"$size": {"$ifNull": ["$unit_path", []]}}, 0]}
    kept_home = {name: {"$cond": [housed, f"${name}", {"$literal": value}]} for name, value in home.items()}
    revision = {"$add": [{"$ifNull": ["$revision", 0]}, 1]}
    new = {"$mergeObjects": [{"$literal": document}, {"_id": "$_id", "revision": revision, **kept_home}]}
    older = {"$gte": [{"$ifNull": ["$sequence", -1]}, entry["sequence"]]}
    change = [{"$replaceWith": {"$cond": [older, "$$ROOT", new]}}]
    return UpdateOne({"_id": entry_id(person_id, kind, entry["ref"])}, change, upsert=True)
