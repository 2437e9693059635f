"""Why the end of a time limit moved, told from the clock's own facts: extension, suspension, resumption."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from services.tasks.model.calendar import WorkingCalendar
from services.tasks.model.clocks import Clock, Extension, Pause, due_at

SUSPENSION = "suspension"
RESUMPTION = "resumption"


@dataclass(frozen=True)
class Move:
    """The end went from ``due_before`` to ``due_after``; None where the clock stood still and no end is known.

    ``reason``: ``extension.<ground>``, ``suspension`` or ``resumption``.
    """

    at: datetime
    reason: str
    due_before: datetime
    due_after: datetime | None


def moves(clock: Clock, calendar: WorkingCalendar) -> list[Move]:
    """Every move of the clock's end, oldest first."""
    known = replace(clock, ended_at=None, pauses=(), extension=None)
    found = []
    for at, reason, fact in sorted(_facts(clock), key=lambda one: one[0]):
        before = _end(known, calendar)
        known = _with(known, fact)
        found.append(Move(at, reason, before, None if fact is None else _end(known, calendar)))
    return found


def _facts(clock: Clock) -> Iterator[tuple[datetime, str, Pause | Extension | None]]:
    """What became known when; of a suspension alone nothing but that the clock stands still."""
    for pause in clock.pauses:
        yield pause.since, SUSPENSION, None
        if pause.until is not None:
            yield pause.until, RESUMPTION, pause
    if clock.extension is not None:
        yield clock.extension.at, f"extension.{clock.extension.ground}", clock.extension


def _with(clock: Clock, fact: Pause | Extension | None) -> Clock:
    if isinstance(fact, Pause):
        return replace(clock, pauses=(*clock.pauses, fact))
    return replace(clock, extension=fact) if fact else clock


def _end(clock: Clock, calendar: WorkingCalendar) -> datetime:
    # Every pause that is known here is over, so the moment at which one asks does not matter.
    return due_at(clock, clock.started_at, calendar)
