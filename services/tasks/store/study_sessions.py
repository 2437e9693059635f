"""Study sessions, who attended them, and the courses that they may be part of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from chassis.ids import derived_id
from chassis.paging import page

Document = dict[str, Any]

NEWEST_FIRST = [("starts_at", DESCENDING), ("_id", DESCENDING)]
BY_ID = [("_id", ASCENDING)]

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    "study_sessions": [
        IndexModel(NEWEST_FIRST, name="newest"),
        IndexModel([("unit_path", ASCENDING), *NEWEST_FIRST], name="newest_of_unit"),
        IndexModel([("unit_id", ASCENDING), *NEWEST_FIRST], name="newest_of_branch"),
        IndexModel([("joint_unit_ids", ASCENDING), *NEWEST_FIRST], name="newest_held_jointly"),
    ],
    "study_attendance": [
        IndexModel([("session_id", ASCENDING), ("person_id", ASCENDING)], name="present",
                   partialFilterExpression={"present": True}),
    ],
    "courses": [IndexModel([("required", ASCENDING), *BY_ID], name="by_obligation")],
}  # fmt: skip


def of_branches(unit_ids: Sequence[str]) -> Document:
    """The sessions that one of these branches held, alone or jointly."""
    wanted = {"$in": list(unit_ids)}
    return {"$or": [{"unit_id": wanted}, {"joint_unit_ids": wanted}]}


class StudySessions:
    """``study_sessions``: a session carries its ``changes``, of newer ones ``joint_unit_ids``; ``unit_path`` has the
    units on the paths of all branches that hold it. ``study_attendance``: one document a person and session,
    with its history; what was taken back stays, ``present`` false.
    """

    def __init__(self, database: Database[Document]) -> None:
        self._sessions = database.study_sessions
        self._attendance = database.study_attendance

    def add(self, document: Document, session: ClientSession | None) -> None:
        """Writes a new session."""
        self._sessions.insert_one(document, session=session)

    def get(self, session_id: str, session: ClientSession | None = None) -> Document | None:
        """One session."""
        return self._sessions.find_one({"_id": session_id}, session=session)

    def change(
        self, session_id: str, version: int, fields: Document, note: Document | None, session: ClientSession
    ) -> Document | None:
        """The session with these fields set, one version on, and with a line in its changes where there is one; None
        when it is not at ``version`` any more.
        """
        update: Document = {"$set": fields, "$inc": {"version": 1}}
        if note is not None:
            update["$push"] = {"changes": note}
        return self._sessions.find_one_and_update(
            {"_id": session_id, "version": version},
            update,
            return_document=ReturnDocument.AFTER,
            session=session,
        )

    def page(
        self, places: Document, since: datetime | None, until: datetime | None, limit: int, cursor: str | None
    ) -> Document:
        """A page of sessions, newest first, from ``since`` until before ``until``; ``places``: an equality of
        ``unit_path``, or ``of_branches``.
        """
        wanted = dict(places)
        if since or until:
            wanted["starts_at"] = {**({"$gte": since} if since else {}), **({"$lt": until} if until else {})}
        return page(self._sessions, wanted, NEWEST_FIRST, limit, cursor, projection={"changes": 0})

    def held_in(self, unit_ids: Sequence[str], since: datetime, until: datetime) -> list[Document]:
        """Id, branches, begin, week and number of speakers of the sessions that these branches held, alone or jointly,
        from ``since`` until before ``until``, each once; without those that were withdrawn.
        """
        of_period = {"starts_at": {"$gte": since, "$lt": until}, "withdrawn": False}
        shown = {"unit_id": 1, "joint_unit_ids": 1, "starts_at": 1, "week": 1, "speaker_count": 1}
        found = {}
        for field, index in (("unit_id", "newest_of_branch"), ("joint_unit_ids", "newest_held_jointly")):
            wanted = {field: {"$in": list(unit_ids)}, **of_period}
            found |= {one["_id"]: one for one in self._sessions.find(wanted, shown, hint=index)}
        return list(found.values())

    def present(self, session_id: str, session: ClientSession | None = None) -> set[str]:
        """Who attended."""
        found = self._attendance.find({"session_id": session_id, "present": True}, {"person_id": 1}, session=session)
        return {one["person_id"] for one in found}

    def present_of(self, session_ids: Sequence[str], person_id: str, session: ClientSession | None = None) -> set[str]:
        """Which of these sessions this person attended."""
        wanted = {"session_id": {"$in": list(session_ids)}, "person_id": person_id, "present": True}
        found = self._attendance.find(wanted, {"session_id": 1}, hint="present", session=session)
        return {one["session_id"] for one in found}

    def present_by(
        self, session_id: str, import_id: str, person_ids: Iterable[str], session: ClientSession
    ) -> set[str]:
        """Whom of these this import noted as present."""
        wanted = {"session_id": session_id, "person_id": {"$in": list(person_ids)}, "present": True}
        found = self._attendance.find({**wanted, "import_id": import_id}, {"person_id": 1}, session=session)
        return {one["person_id"] for one in found}

    def attendance(self, session_id: str, limit: int, cursor: str | None) -> Document:
        """A page of those who attended, in order of their ids."""
        wanted = {"session_id": session_id, "present": True}
        return page(self._attendance, wanted, [("person_id", ASCENDING)], limit, cursor, hint="present")

    def attend(self, session_id: str, person_ids: Iterable[str], act: Document, session: ClientSession) -> None:
        """These people were there, as ``act`` (``at``, ``by``, ``source``) says."""
        self._note(session_id, person_ids, True, act, session)

    def absent(self, session_id: str, person_ids: Iterable[str], act: Document, session: ClientSession) -> None:
        """These people's attendance is taken back."""
        self._note(session_id, person_ids, False, act, session)

    def _note(
        self, session_id: str, person_ids: Iterable[str], present: bool, act: Document, session: ClientSession
    ) -> None:
        writes = [
            UpdateOne(
                {"_id": derived_id("attendance", session_id, person_id)},
                {
                    "$set": {"session_id": session_id, "person_id": person_id, "present": present, **act},
                    "$push": {"history": {"present": present, **act}},
                },
                upsert=True,
            )
            for person_id in person_ids
        ]
        if writes:
            self._attendance.bulk_write(writes, ordered=False, session=session)


class Courses:
    """``courses``: required and elective courses, by line of work."""

    def __init__(self, database: Database[Document]) -> None:
        self._courses = database.courses

    def add(self, document: Document, session: ClientSession | None) -> None:
        """Writes a new course."""
        self._courses.insert_one(document, session=session)

    def get(self, course_id: str, session: ClientSession | None = None) -> Document | None:
        """One course."""
        return self._courses.find_one({"_id": course_id}, session=session)

    def required(self) -> list[Document]:
        """All required courses; some dozens a year."""
        return list(self._courses.find({"required": True}))

    def page(self, required: bool | None, limit: int, cursor: str | None) -> Document:
        """A page of the courses, in the order in which they were made."""
        return page(self._courses, {} if required is None else {"required": required}, BY_ID, limit, cursor)
