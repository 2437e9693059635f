"""Oversight of time limits: when whoever owes something is reminded 提醒 and urged 催办, and when the delay is
supervised 督办 and taken a level up 提级.

When a stage is reached is computed from the clock's own facts, as its end is: what stops or extends the clock moves the
stages. Kept is only what was recorded last, and when.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import ceil

from services.tasks.model.calendar import WorkingCalendar, end_of, local_day
from services.tasks.model.case import Case, Entry
from services.tasks.model.clocks import (
    Clock,
    Told,
    days_of,
    due_at,
    is_paused,
    last_day,
    rule_under,
    working_days_after,
)
from services.tasks.model.rules import ABOVE
from services.tasks.model.transitions import DESK, HANDLER, LEADER, SUPERVISOR

REMIND = "remind"
URGE = "urge"
SUPERVISE = "supervise"
ESCALATE = "escalate"

# From the first to the last. How high the case has risen by it: 0 handler, 1 desk, 2 leader, 3 supervision group.
STAGES = (REMIND, URGE, SUPERVISE, ESCALATE)
LEVELS = {stage: level for level, stage in enumerate(STAGES)}

_AUDIENCE = {
    REMIND: (HANDLER,),
    URGE: (HANDLER, DESK),
    SUPERVISE: (DESK, LEADER),
    ESCALATE: (LEADER, SUPERVISOR),
}


@dataclass(frozen=True)
class Schedule:
    """When the stages of a clock come that starts on ``valid_from`` or later, up to ``valid_to``; ``rule`` None = of
    any rule that has no row of its own.

    ``remind``: when so many per cent of the whole term are left, at least a day. ``urge``: at the end. ``supervise``
    and ``escalate``: working days after the end. None (or False) = there is no such stage.
    """

    rule: str | None
    valid_from: date
    remind: int | None
    supervise: int | None
    escalate: int | None
    urge: bool = True
    valid_to: date | None = None


# Before any rule.
_BEGINNING = date(2000, 1, 1)

# The law sets the time limits and wants delay supervised (《信访工作条例》, 监督和追责); the days are the bureau's own.
# A change is a new row beside the old one, never an edit.
SCHEDULES: tuple[Schedule, ...] = (
    Schedule(None, _BEGINNING, remind=20, supervise=3, escalate=10),
    # Five working days altogether, and what it is about is the head of the bureau.
    Schedule("forward_above", _BEGINNING, remind=20, supervise=1, escalate=3),
    # What another body owes: it is pressed for an answer, and nobody of the bureau rises a level for it.
    Schedule("transfer_acknowledged", _BEGINNING, remind=None, supervise=5, escalate=None),
    Schedule("assist", _BEGINNING, remind=None, supervise=5, escalate=None),
    # A time within which something is allowed: nobody owes anything at its end.
    Schedule("object", _BEGINNING, remind=None, supervise=None, escalate=None, urge=False),
    # What only named reporters have is for the readers of the file: nobody above them is told that it runs.
    Schedule("tell_acceptance_named", _BEGINNING, remind=20, supervise=None, escalate=None),
    Schedule("tell_result_named", _BEGINNING, remind=20, supervise=None, escalate=None),
)


@dataclass(frozen=True)
class Reached:
    """A clock has come to ``stage``, and through those ``skipped`` unnoticed before."""

    clock: Clock
    stage: str
    skipped: tuple[str, ...]
    due_at: datetime


def moments(clock: Clock, now: datetime, calendar: WorkingCalendar) -> list[tuple[str, datetime]]:
    """Each stage of the clock with its moment in UTC, from the first to the last.

    As for ``due_at``, a pause that lasts is taken to end ``now``: it moves all that is not past yet.
    """
    schedule = _schedule(clock)
    due = due_at(clock, now, calendar)
    ahead = max(1, ceil(days_of(clock) * schedule.remind / 100)) if schedule.remind is not None else None
    found = [
        (REMIND, None if ahead is None else end_of(last_day(clock, now, calendar, less=ahead))),
        (URGE, due if schedule.urge else None),
        (SUPERVISE, _late(clock, schedule.supervise, now, calendar)),
        (ESCALATE, _late(clock, schedule.escalate, now, calendar)),
    ]
    return [(stage, moment) for stage, moment in found if moment is not None]


def stage_of(clock: Clock, now: datetime, calendar: WorkingCalendar) -> str | None:
    """The last stage that the clock has come to by ``now``, recorded or not; None before the first, and once met."""
    if clock.ended_at is not None:
        return None
    return next((stage for stage, moment in reversed(moments(clock, now, calendar)) if moment < now), None)


def reached(clock: Clock, now: datetime, calendar: WorkingCalendar) -> Reached | None:
    """What is to be recorded of the clock ``now``: the highest stage that it has come to, if that is not on record."""
    if clock.ended_at is not None:
        return None
    new = [stage for stage, moment in _unrecorded(clock, now, calendar) if moment < now]
    return Reached(clock, new[-1], tuple(new[:-1]), due_at(clock, now, calendar)) if new else None


def next_stage_at(clocks: Iterable[Clock], now: datetime, calendar: WorkingCalendar) -> datetime | None:
    """When the next stage of any of these clocks is to be recorded, past if it is overdue; None when none comes.

    Of a clock that stands still, only what it had come to before is still to be recorded.
    """
    coming = (_next(clock, now, calendar) for clock in clocks if clock.ended_at is None)
    return min((moment for moment in coming if moment is not None), default=None)


def foremost(found: Iterable[Reached]) -> list[Reached]:
    """The highest stage first, and of the same the one that is due first."""
    return sorted(found, key=lambda one: (-LEVELS[one.stage], one.due_at))


def entry_of(case: Case, found: Sequence[Reached], at: datetime) -> Entry:
    """One line of history for all that the clocks of a case came to: the action is the highest stage."""
    highest = foremost(found)[0]
    level = max((LEVELS[one.stage] for one in found if rule_under(one.clock).counts), default=0)
    details = {"stages": [_told(one) for one in found], "level": level}
    return Entry(highest.stage, at, None, None, case.state, case.state, details=details)


def reach(case: Case, entry: Entry) -> Case:
    """The case after its row of the table and this entry: how far oversight has got with these clocks."""
    stages = {(one["rule"], one["ref"], one["round"]): one["stage"] for one in entry.details["stages"]}
    told = tuple(
        replace(clock, told=Told(stages[about], entry.at))
        if clock.ended_at is None and (about := (clock.rule, clock.ref, clock.round)) in stages
        else clock
        for clock in case.clocks
    )
    return replace(case, clocks=told, level=max(case.level, entry.details["level"]))


def audience(case: Case, stage: str) -> tuple[str, ...]:
    """For whom this stage of the case is, by role. Where nobody handles the case yet, the desk owes what is due; what
    is about the head of the bureau is the supervision group's alone.
    """
    if case.route == ABOVE:
        return (SUPERVISOR,)
    roles = _AUDIENCE[stage]
    return roles if case.handler_id else tuple(dict.fromkeys(DESK if role == HANDLER else role for role in roles))


def on_the_case(clock: Clock) -> bool:
    """Whether everybody who sees the case may know of this clock's stages; else they are kept beside it."""
    return not rule_under(clock).named_only


def _unrecorded(clock: Clock, now: datetime, calendar: WorkingCalendar) -> Iterator[tuple[str, datetime]]:
    """The stages that are not on record. One that is counts no more once its moment has moved beyond the record, as
    an extension moves it.
    """
    for stage, moment in moments(clock, now, calendar):
        told = clock.told
        if told is None or LEVELS[stage] > LEVELS[told.stage] or moment > told.at:
            yield stage, moment


def _next(clock: Clock, now: datetime, calendar: WorkingCalendar) -> datetime | None:
    moment = next((moment for _, moment in _unrecorded(clock, now, calendar)), None)
    return None if moment is None or (is_paused(clock) and moment >= now) else moment


def _late(clock: Clock, days: int | None, now: datetime, calendar: WorkingCalendar) -> datetime | None:
    return None if days is None else end_of(working_days_after(clock, days, now, calendar))


def _told(one: Reached) -> dict[str, object]:
    return {
        "rule": one.clock.rule,
        "ref": one.clock.ref,
        "round": one.clock.round,
        "stage": one.stage,
        "skipped": list(one.skipped),
        "due_on": local_day(one.due_at).isoformat(),
    }


def _schedule(clock: Clock) -> Schedule:
    """By the day on which the clock started, as its rule is."""
    day = local_day(clock.started_at)
    valid = [one for one in SCHEDULES if one.valid_from <= day and (one.valid_to is None or day <= one.valid_to)]
    return next(one for rule in (clock.rule, None) for one in valid if one.rule == rule)
