"""When the time limits of a case would end if it were suspended, resumed or extended. Nothing is changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from services.tasks.model import clocks
from services.tasks.model.calendar import PLACE, WorkingCalendar, local_day
from services.tasks.model.case import Case
from services.tasks.model.clocks import Clock, Extension, is_extendable
from services.tasks.model.oversight import moments
from services.tasks.model.refusals import WrongState, invalid
from services.tasks.model.transitions import BY_ACTION, SUSPENDED

# Nobody plans a suspension further ahead.
_HORIZON = timedelta(days=3660)


@dataclass(frozen=True)
class Plan:
    """What might be done: suspended and resumed on these days of the bureau, the time limit extended by so much."""

    suspend_on: date | None = None
    resume_on: date | None = None
    extend_days: int | None = None


@dataclass(frozen=True)
class Outlook:
    """A time limit as it would be; None where it would stand still and no end is known. ``stages``: of oversight."""

    clock: Clock
    due_at: datetime | None
    stages: tuple[tuple[str, datetime | None], ...]


def check(case: Case, plan: Plan, now: datetime, allowed: Sequence[str]) -> None:
    """Raises ``Invalid`` for days that cannot be meant, and ``WrongState``, which names the actions ``allowed``, when
    the case is in no state to be suspended or resumed.
    """
    today = local_day(now)
    for name, day in (("suspend_on", plan.suspend_on), ("resume_on", plan.resume_on)):
        if day is not None and day < today:
            raise invalid(name, "cases.day_past")
        if day is not None and day > today + _HORIZON:
            raise invalid(name, "cases.day_too_far")
    if plan.suspend_on and plan.resume_on and plan.resume_on < plan.suspend_on:
        raise invalid("resume_on", "cases.resumes_before")
    if plan.suspend_on and case.state not in BY_ACTION["suspend"].sources:
        raise WrongState(case.state, list(allowed))
    if plan.resume_on and not plan.suspend_on and case.state != SUSPENDED:
        raise WrongState(case.state, list(allowed))
    if plan.extend_days is not None:
        _check_extension(case, plan.extend_days)


def outlook(case: Case, plan: Plan, now: datetime, calendar: WorkingCalendar) -> list[Outlook]:
    """Each time limit of the case that has not been met, as it would be."""
    suspended_at = _moment(plan.suspend_on, now)
    resumed_at = _moment(plan.resume_on, now)
    seen_from = max(now, suspended_at or now, resumed_at or now)
    open_clocks = [clock for clock in case.clocks if clock.ended_at is None]
    return [_seen(_under(clock, plan, now, suspended_at, resumed_at), seen_from, calendar) for clock in open_clocks]


def _check_extension(case: Case, days: int) -> None:
    most = max((clocks.rule_under(clock).extension for clock in case.clocks if is_extendable(clock)), default=0)
    if most == 0:
        raise invalid("extend_days", "cases.not_extendable")
    if days > most:
        raise invalid("extend_days", "cases.extension_too_long", days=most)


def _under(
    clock: Clock, plan: Plan, now: datetime, suspended_at: datetime | None, resumed_at: datetime | None
) -> Clock:
    if plan.extend_days is not None and is_extendable(clock):
        clock = replace(clock, extension=Extension(plan.extend_days, "", now))
    if suspended_at is not None:
        clock = clocks.pause(clock, suspended_at)
    return clocks.resume(clock, resumed_at) if resumed_at is not None else clock


def _seen(clock: Clock, at: datetime, calendar: WorkingCalendar) -> Outlook:
    """A clock that stands still has no end but one that was past when it was stopped."""
    stands_still = clocks.is_paused(clock)

    def known(moment: datetime) -> datetime | None:
        return None if stands_still and moment >= at else moment

    stages = tuple((stage, known(moment)) for stage, moment in moments(clock, at, calendar))
    return Outlook(clock, known(clocks.due_at(clock, at, calendar)), stages)


def _moment(day: date | None, now: datetime) -> datetime | None:
    """The beginning of the day, or now if that is past: time limits are counted by days."""
    return None if day is None else max(now, datetime.combine(day, time(), PLACE).astimezone(now.tzinfo))
