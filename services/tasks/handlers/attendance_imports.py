"""Imports of attendance lists: accepted at once, worked off in batches, taken up again where they stopped.

Whom a table names, identity is asked: people are known here by their ids alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.imports import Contents, Taken, content_of, new_job, work_on
from chassis.refusals import Invalid, WrongState
from chassis.tables import read_table
from contracts.call import Call
from contracts.identity import operations as identity
from contracts.operation import Operation
from contracts.tasks import operations
from services.tasks.attendance_table import LIMITS, AttendanceRow, read_attendance
from services.tasks.handlers.attendance import note_attendance
from services.tasks.handlers.reading import signed_in
from services.tasks.handlers.study_sessions import open_session
from services.tasks.model.sessions import CHECK_IN_MARGIN
from services.tasks.store import TasksStore

Document = dict[str, Any]
Ask = Callable[[Operation, dict[str, Any]], Any]


def start_import(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """Keeps the table and begins soon."""
    signed_in(call)
    document = open_session(store, request, None)
    if call.now < document["starts_at"] - CHECK_IN_MARGIN:
        raise Invalid.field("session_id", "study.session_not_begun")
    content = content_of(request["content"], broken="old_files.import.broken", too_large="old_files.import.too_large")
    job = new_job(operations.ATTENDANCE_IMPORT_ID_PREFIX, call, session_id=document["_id"])

    def effect(session: Any) -> Document:
        store.attendance_imports.insert(job, content, session)
        return {"id": job["_id"]}

    return store.once(call, request, operations.start_attendance_import, effect)


def get_import(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """How far it is, for every trainer."""
    signed_in(call)
    return store.attendance_imports.progress(request["import_id"])


def work_on_imports(store: TasksStore, ask: Ask, now: datetime) -> None:
    """Works on what waits, oldest first, for one turn."""
    work_on(store.attendance_imports, _Attendance(store, ask), now)


@dataclass(frozen=True)
class _Attendance:
    """The importer of attendance lists."""

    store: TasksStore
    ask: Ask

    def read(self, content: bytes) -> Contents[AttendanceRow]:
        reading = read_attendance(read_table(content, LIMITS))
        return Contents(reading.rows, [_rejected(*one) for one in reading.rejected], reading.total)

    def take(self, job: Document, rows: Sequence[AttendanceRow], now: datetime) -> Taken:
        named = self._recognised(rows)
        known = self.store.people(named.values()).keys()
        found = {row.row: named.get((row.column, _key(row))) for row in rows}
        rejected = [
            _rejected(row.row, row.column, "unknown_person", row.value) for row in rows if found[row.row] not in known
        ]
        wanted = {person_id for person_id in found.values() if person_id in known}
        try:
            added = self.store.transaction(lambda session: self._add(job, wanted, now, session))
        except WrongState:
            return Taken({}, [_rejected(row.row, row.column, "session_withdrawn", None) for row in rows])
        taken = len(rows) - len(rejected)
        return Taken({"created": added, "unchanged": taken - added}, rejected)

    def message(self, reason: str) -> str:
        own = {"no_header": "study.import.no_header", "interrupted": "study.import.interrupted"}
        return own.get(reason, f"old_files.import.{reason}")

    def ended(self, job: Document, state: str, now: datetime) -> None:
        """The session's changes are the record of it."""

    def _recognised(self, rows: Sequence[AttendanceRow]) -> dict[tuple[str, str], str]:
        asked = {
            "usernames": [row.value for row in rows if row.column == "username"],
            "staff_numbers": [row.value for row in rows if row.column == "staff_number"],
        }
        items = self.ask(identity.recognise_people, {"person_ids": [], **asked})["items"]
        found = {("username", one["username"].casefold()): one["person_id"] for one in items}
        return found | {("staff_number", one["staff_number"]): one["person_id"] for one in items if one["staff_number"]}

    def _add(self, job: Document, wanted: set[str], now: datetime, session: Any) -> int:
        """How many of these this import added, counting those that it added before it was cut short."""
        before = open_session(self.store, job, session)
        there = self.store.study_sessions.present(before["_id"], session)
        ours = self.store.study_sessions.present_by(before["_id"], job["_id"], wanted, session)
        act = {"at": now, "by": job["started_by"], "source": "import", "import_id": job["_id"]}
        note_attendance(self.store, before, wanted - there, (), act, session)
        return len(wanted - there) + len(ours)


def _key(row: AttendanceRow) -> str:
    return row.value.strip().casefold() if row.column == "username" else row.value


def _rejected(row: int, field: str, reason: str, value: str | None) -> Document:
    code = f"study.import.{reason}"
    return {"row": row, "field": field, "message": code, "value": value[:200] if value else None}
