"""Clocks: when a time limit ends, and how it stands. Both are computed from dated facts; nothing is a
stored flag.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from services.tasks.model.calendar import WorkingCalendar, end_of, local_day
from services.tasks.model.rules import BUREAU, Rule, rule_for, rule_of

ClockState = Literal["running", "paused", "met", "missed"]


@dataclass(frozen=True)
class Pause:
    """The clock stood still from ``since`` on, until ``until`` (None = still)."""

    since: datetime
    until: datetime | None = None


@dataclass(frozen=True)
class Extension:
    """``days`` more of the rule's own unit, by the decision of ``approver_id``, on a ground that the reporter reads."""

    days: int
    approver_id: str
    at: datetime
    ground: str = "complex"


@dataclass(frozen=True)
class Told:
    """The last ``stage`` of oversight that is on record for a clock, and when it was put there."""

    stage: str
    at: datetime


@dataclass(frozen=True)
class Clock:
    """One time limit of one case. Times are aware UTC; ``ended_at`` is when what was due was done.

    ``round``: the round of handling in which it began, from 1. ``ref``: what it is for, where several of one rule run
    at once. ``told``: how far oversight has got (see oversight.py).
    """

    rule: str
    version: str
    started_at: datetime
    ended_at: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    extension: Extension | None = None
    round: int = 1
    ref: str | None = None
    told: Told | None = None


def start(
    code: str,
    at: datetime,
    source: str,
    named: bool,
    round: int = 1,
    route: str = BUREAU,
    ref: str | None = None,
) -> Clock | None:
    """A clock of the rule ``code`` as it stands on the day of ``at``; None when no rule applies to such a
    case.
    """
    rule = rule_for(code, local_day(at), source, named, route)
    return Clock(rule.code, rule.version, at, round=round, ref=ref) if rule else None


def rule_under(clock: Clock) -> Rule:
    """The rule it was started under."""
    return rule_of(clock.rule, clock.version)


def is_extendable(clock: Clock) -> bool:
    """Whether this clock still waits for what is due, and may be, and has not been, extended."""
    return clock.ended_at is None and clock.extension is None and rule_under(clock).extension > 0


def due_at(clock: Clock, now: datetime, calendar: WorkingCalendar) -> datetime:
    """The last moment in time: the end of the last day, in UTC.

    The day on which the clock starts does not count. Of a pause, the day it begins on counts as stopped
    and the day it ends on counts again, so that whoever resumes on the last day still has that day. A
    pause that lasts is taken to end ``now``: the answer is when it would be due if resumed at once.
    """
    return end_of(last_day(clock, now, calendar))


def days_of(clock: Clock) -> int:
    """The whole term in days of the rule's unit, its extension included."""
    return rule_under(clock).days + (clock.extension.days if clock.extension else 0)


def last_day(clock: Clock, now: datetime, calendar: WorkingCalendar, *, less: int = 0) -> date:
    """The day at whose end the term is over, or at whose end ``less`` days of it are left; see ``due_at``."""
    started = local_day(clock.started_at)
    return _last_day(rule_under(clock).unit, days_of(clock) - less, started, _stopped(clock, now), calendar)


def working_days_after(clock: Clock, count: int, now: datetime, calendar: WorkingCalendar) -> date:
    """The ``count``-th working day after the end of the term; days on which the clock stands still do not count."""
    return _last_day("working", count, last_day(clock, now, calendar), _stopped(clock, now), calendar)


def state(clock: Clock, now: datetime, calendar: WorkingCalendar) -> ClockState:
    """How it stands ``now``. Done in time is met; done late, or late and not done, is missed."""
    due = due_at(clock, now, calendar)
    if clock.ended_at is not None:
        return "met" if clock.ended_at <= due else "missed"
    if now > due:
        return "missed"
    return "paused" if is_paused(clock) else "running"


def is_paused(clock: Clock) -> bool:
    """Whether a pause lasts."""
    return bool(clock.pauses) and clock.pauses[-1].until is None


def next_due_at(clocks: Iterable[Clock], now: datetime, calendar: WorkingCalendar) -> datetime | None:
    """The earliest end of those that are neither done nor stopped; a past one means that the case is overdue.

    A clock that ran out before it was paused stays missed, and so stays here. Those whose rule does not count never
    make a case overdue.
    """
    open_clocks = (clock for clock in clocks if clock.ended_at is None and rule_under(clock).counts)
    dues = [due_at(clock, now, calendar) for clock in open_clocks if state(clock, now, calendar) != "paused"]
    return min(dues, default=None)


def pause(clock: Clock, at: datetime) -> Clock:
    """Stopped from ``at`` on, if its rule allows that and it is neither done nor stopped already."""
    if clock.ended_at is not None or is_paused(clock) or not rule_under(clock).pausable:
        return clock
    return replace(clock, pauses=(*clock.pauses, Pause(at)))


def resume(clock: Clock, at: datetime) -> Clock:
    """Running again from ``at`` on."""
    if not is_paused(clock):
        return clock
    return replace(clock, pauses=(*clock.pauses[:-1], replace(clock.pauses[-1], until=at)))


def meet(clock: Clock, at: datetime) -> Clock:
    """Done at ``at``; a clock that was done before stays as it is."""
    return clock if clock.ended_at is not None else replace(resume(clock, at), ended_at=at)


def run_on(clock: Clock) -> Clock:
    """What counted as done is not: the clock runs on as if it had never ended."""
    return replace(clock, ended_at=None)


def _stopped(clock: Clock, now: datetime) -> tuple[tuple[date, date], ...]:
    return tuple((local_day(pause.since), local_day(pause.until or now)) for pause in clock.pauses)


# Thousands of cases of one day have the same few clocks.
@lru_cache(maxsize=4096)
def _last_day(
    unit: str, days: int, started: date, stopped: tuple[tuple[date, date], ...], calendar: WorkingCalendar
) -> date:
    last = _later(unit, started, days, calendar)
    while True:
        lost = sum(_counted(unit, since, until, started, last, calendar) for since, until in stopped)
        moved = _later(unit, started, days + lost, calendar)
        if moved == last:
            return last
        last = moved


def _later(unit: str, day: date, count: int, calendar: WorkingCalendar) -> date:
    return calendar.working_day_after(day, count) if unit == "working" else day + timedelta(days=count)


def _counted(unit: str, since: date, until: date, started: date, last: date, calendar: WorkingCalendar) -> int:
    """The days after ``started`` and not after ``last`` that lie in [``since``, ``until``), in the rule's
    unit.
    """
    first = max(since - timedelta(days=1), started)
    end = min(until - timedelta(days=1), last)
    if unit == "working":
        return calendar.working_days(first, end)
    return max(0, (end - first).days)
