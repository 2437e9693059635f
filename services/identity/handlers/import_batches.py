"""One batch of an import: each row creates a person, changes one, leaves one as they are, or is rejected."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from marshmallow import ValidationError

from chassis import ids
from chassis.refusals import Stale
from chassis.tables import AmbiguousUnit, UnitNames, UnknownUnit
from contracts.identity import operations
from services.identity.handlers import unit_states
from services.identity.handlers.events import changed_event
from services.identity.handlers.people import apply
from services.identity.model import people as rules
from services.identity.model.refusals import NameTaken, OwnRightsStay
from services.identity.people_table import PersonRow, Rejection
from services.identity.settings import IdentitySettings
from services.identity.store import IdentityStore

Document = dict[str, Any]

_FORM = operations.create_person.request_schema
# Somebody else changed the person between reading and writing.
_RETRIES = 3


class Rejected(Exception):
    """This row cannot be taken."""

    def __init__(self, field: str, message: str, value: str | None = None) -> None:
        super().__init__(message)
        self.field, self.message, self.value = field, message, value


class Batch:
    """After ``work``: ``counts`` of created, updated and unchanged, and what was ``rejected``."""

    def __init__(self, store: IdentityStore, settings: IdentitySettings, job: Document, rows: list[PersonRow]) -> None:
        self.counts: Counter[str] = Counter()
        self.rejected: list[Rejection] = []
        self._store, self._settings, self._job, self._rows = store, settings, job, rows
        self._new: list[tuple[PersonRow, Document]] = []

    def work(self, now: datetime) -> None:
        """Reads what is there, then writes: new people together, changed ones singly."""
        units = UnitNames(self._store.units.all_active())
        there = self._store.people.matching(
            [row.username for row in self._rows], [row.staff_number for row in self._rows if row.staff_number]
        )
        by_username = {person["username"]: person for person in there}
        by_number = {person["staff_number"]: person for person in there if person["staff_number"]}
        for row in self._rows:
            try:
                known = _same_person(row, by_username.get(row.username), by_number.get(row.staff_number))
                self._one(row, known, units, now)
            except Rejected as why:
                self.rejected.append(Rejection(row.row, why.field, why.message, why.value))
        self._insert(now)

    def _one(self, row: PersonRow, known: Document | None, units: UnitNames, now: datetime) -> None:
        mark = {"job": self._job["_id"], "row": row.row}
        if known and _mark_of(known) == mark:
            # A batch that is run again after a crash.
            self.counts[known["imported"]["how"]] += 1
            return
        fields = _fields(row, known, units)
        if known is None:
            person = {
                "_id": ids.new_id(),
                **fields,
                "created_at": now,
                "updated_at": now,
                "imported": {**mark, "how": "created"},
            }
            self._new.append((row, person))
            return
        self._change(known, fields, {**mark, "how": "updated"}, now)

    def _change(self, person: Document, fields: Document, mark: Document, now: datetime) -> None:
        for _ in range(_RETRIES):
            change = {key: value for key, value in fields.items() if person.get(key) != value}
            if not change:
                self.counts["unchanged"] += 1
                return
            try:
                actor_id = self._job["started_by"]
                apply(self._store, self._settings, person, {**change, "imported": mark}, actor_id, now)
            except Stale:
                person = self._store.people.get(person["_id"]) or person
            except OwnRightsStay:
                raise Rejected("roles", "own_rights_stay") from None
            except NameTaken as taken:
                raise Rejected(taken.field, f"{taken.field}_taken", fields[taken.field]) from None
            else:
                self.counts["updated"] += 1
                return
        raise Rejected("username", "username_taken", person["username"])

    def _insert(self, now: datetime) -> None:
        headed = unit_states.announce(self._store, [(None, person) for _, person in self._new], now)
        taken = self._store.people.insert_many([(person, [changed_event(person)]) for _, person in self._new])
        for row, person in self._new:
            field = taken.get(person["_id"])
            if field is None or self._was_made_by_this_import(person):
                self.counts["created"] += 1
                self._record(person)
            else:
                self.rejected.append(Rejection(row.row, field, f"{field}_taken", person[field]))
        unit_states.tell(self._store, headed)

    def _record(self, person: Document) -> None:
        """Of new people only those with rights beyond a member's are worth a record each."""
        if person["roles"] != ["member"]:
            self._store.records.add(
                "person_created",
                at=person["created_at"],
                kept=self._settings.log_kept,
                person_id=person["_id"],
                actor_id=self._job["started_by"],
                details={"roles": person["roles"], "import_id": self._job["_id"]},
            )

    def _was_made_by_this_import(self, person: Document) -> bool:
        """Another process, for a moment on the same batch, was faster."""
        there = self._store.people.by_username(person["username"])
        return there is not None and _mark_of(there) == _mark_of(person)


def _same_person(row: PersonRow, named: Document | None, numbered: Document | None) -> Document | None:
    """Who the row is about: the staff number says it, the user name where there is no number."""
    if numbered and named and numbered["_id"] != named["_id"]:
        raise Rejected("username", "username_taken", row.username)
    if named and not numbered and row.staff_number and named["staff_number"]:
        # The same user name with another staff number is another person, whom it cannot belong to as well.
        raise Rejected("username", "username_taken", row.username)
    return numbered or named


def _fields(row: PersonRow, known: Document | None, units: UnitNames) -> Document:
    """The person's fields after the row. What the table does not say stays as it is, or gets its default."""
    unit = _unit(row, units)
    before = known or {
        "staff_number": None,
        "position": None,
        "roles": ["member"],
        "duties": [],
        "active": True,
    }
    line = row.line or (before.get("line") if known else None) or unit.get("line")
    if line is None:
        raise Rejected("line", "no_line")
    fields = {
        "username": row.username,
        "name": row.name,
        "staff_number": row.staff_number or before["staff_number"],
        "unit_id": unit["_id"],
        "line": line,
        "position": row.position or before["position"],
        **({"email": row.email} if row.email else {}),
        "roles": rules.tidy_roles(row.roles if row.roles is not None else before["roles"]),
        "duties": _duties(row, unit, before["duties"]),
        "active": before["active"] if row.active is None else row.active,
    }
    try:
        _FORM.load(fields)
    except ValidationError as error:
        field, messages = next(iter(error.messages_dict.items()))
        raise Rejected(field, str(messages[0] if isinstance(messages, list) else "broken")) from None
    return {**fields, "unit_path": unit["path"]}


def _duties(row: PersonRow, unit: Document, before: list[Document]) -> list[Document]:
    """The duties in the table are those in the person's own unit; links to other units and lines stay."""
    if row.duties is None:
        return before
    others = [duty for duty in before if duty["unit_id"] != unit["_id"]]
    own = [{"kind": kind, "unit_id": unit["_id"], "line": None} for kind in row.duties]
    return rules.tidy_duties([*others, *own], frozenset({"linked_line"}))


def _unit(row: PersonRow, units: UnitNames) -> Document:
    try:
        return units.find(row.unit)
    except UnknownUnit:
        raise Rejected("unit", "unknown_unit", row.unit) from None
    except AmbiguousUnit:
        raise Rejected("unit", "ambiguous_unit", row.unit) from None


def _mark_of(person: Document) -> Document | None:
    imported = person.get("imported")
    return {"job": imported["job"], "row": imported["row"]} if imported else None
