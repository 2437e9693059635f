"""Cases and people in the words of the domain, for the tests of the tasks service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.tasks.model.applying import apply
from services.tasks.model.calendar import WorkingCalendar
from services.tasks.model.case import Case, Entry
from services.tasks.model.clocks import state
from services.tasks.model.conflict import Colleague
from services.tasks.model.decisions import Action, decide
from services.tasks.model.opening import opened, opening_entry
from services.tasks.model.ratings import rated

BUREAU, DISTRICT, OFFICE = "bureau", "district", "office"
MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday, nine o'clock in the bureau

# A small calendar of the tests' own: one long holiday with a make-up Sunday before it.
CALENDAR = WorkingCalendar(
    days_off=[date(2026, 4, day) for day in (6, 7, 8)],
    made_up=[date(2026, 4, 5)],
    known_through=date(2026, 12, 31),
)


@dataclass(frozen=True)
class Somebody:
    """A signed-in person."""

    id: str
    roles: frozenset[str]
    unit_path: tuple[str, ...] = (BUREAU, OFFICE)
    name: str = "某人"

    def as_colleague(self, *, active: bool = True) -> Colleague:
        return Colleague(self.id, self.unit_path[-1], self.unit_path, self.roles, active)


def somebody(*roles: str, id: str | None = None, unit_path: tuple[str, ...] = (BUREAU, OFFICE)) -> Somebody:
    return Somebody(id or "-".join(roles), frozenset(roles), unit_path)


DESK = somebody("desk")
HANDLER = somebody("handler")
OTHER_HANDLER = somebody("handler", id="other-handler")
SUPERVISOR = somebody("supervisor")
LEADER = somebody("leader")
COLLEAGUES = {one.id: one.as_colleague() for one in (DESK, HANDLER, OTHER_HANDLER, SUPERVISOR, LEADER)}


def report(**changes: Any) -> Case:
    """A case as a report opens it."""
    about: dict[str, Any] = {
        "id": "case-1",
        "number": "2026-000001",
        "category": "discipline",
        "source_kind": "report",
        "source_id": "case-1",
        "at": MORNING,
        "reporter_mode": "named",
    }
    return opened(**{**about, **changes})


@dataclass
class File:
    """A case in the hands of people: every `act` is decided, applied and kept in the history."""

    case: Case = field(default_factory=report)
    now: datetime = MORNING
    colleagues: Mapping[str, Colleague] = field(default_factory=lambda: COLLEAGUES)

    def __post_init__(self) -> None:
        self.first = self.case
        self.history: list[Entry] = [opening_entry(self.case)]

    def act(self, name: str, person: Somebody, **fields: Any) -> File:
        action = Action(name, fields, self.now)
        entry = decide(self.case, action, person, self.colleagues, len(self.history), self.run_out())
        return self.add(entry)

    def run_out(self) -> frozenset[str]:
        """The rules of the clocks whose time is over."""
        waiting = [clock for clock in self.case.clocks if clock.ended_at is None]
        return frozenset(clock.rule for clock in waiting if state(clock, self.now, CALENDAR) == "missed")

    def add(self, entry: Entry) -> File:
        """What was decided happens."""
        self.case = apply(self.case, entry)
        self.history.append(entry)
        return self

    def rated(self, satisfied: bool, number: int = 1) -> File:
        """The reporter rates; nothing happens where the rating is known already."""
        entry = rated(self.case, number, satisfied, self.now)
        return self.add(entry) if entry else self

    def later(self, days: float) -> File:
        self.now += timedelta(days=days)
        return self

    # The usual way, step by step.

    def accepted(self, *allegations: str) -> File:
        return self.act("accept", DESK, **({"allegations": list(allegations)} if allegations else {}))

    def investigating(self, *allegations: str) -> File:
        self.accepted(*allegations)
        return self.act("assign", DESK, handler_id=HANDLER.id).act("start", HANDLER)

    def investigated(self, *allegations: str) -> File:
        return self.investigating(*allegations).act("record_step", HANDLER, what="查阅账目", evidence=["账册复印件"])

    def found(self, *outcomes: str) -> File:
        self.investigated(*(f"问题{number}" for number, _ in enumerate(outcomes, 1)))
        for number, outcome in enumerate(outcomes, 1):
            self.act("record_finding", HANDLER, allegation=number, outcome=outcome, reason="查明")
        return self

    def concluded(self) -> File:
        self.found("substantiated").act("record_disposition", HANDLER, allegation=1, measure="criticism", reason="依规")
        return self.act("conclude", HANDLER)

    def ready_to_close(self) -> File:
        return self.concluded().act("tell_result", HANDLER).act("confirm_adequate", LEADER, reason="适当")

    def closed(self) -> File:
        return self.ready_to_close().act("close", DESK)
