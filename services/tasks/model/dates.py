"""The dates that a case is found by: when it is due next, as different readers may know, and when oversight is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from services.tasks.model.calendar import WorkingCalendar, end_of, local_day
from services.tasks.model.clocks import Clock, next_due_at, rule_under
from services.tasks.model.oversight import next_stage_at


@dataclass(frozen=True)
class Dates:
    """``next_due_at``: the earliest end of the clocks that run (None = none does). ``open_due_at``: the same of those
    that everybody who sees the case may know of. ``next_stage_at``: when a stage of oversight is to be recorded next.
    """

    next_due_at: datetime | None
    open_due_at: datetime | None
    next_stage_at: datetime | None


def dates_of(clocks: Sequence[Clock], now: datetime, calendar: WorkingCalendar) -> Dates:
    """The dates of a case with these clocks; they change with an action alone."""
    open_clocks = [clock for clock in clocks if not rule_under(clock).named_only]
    return Dates(
        next_due_at=next_due_at(clocks, now, calendar),
        open_due_at=next_due_at(open_clocks, now, calendar),
        next_stage_at=next_stage_at(clocks, now, calendar),
    )


def dates_at_opening(clocks: Sequence[Clock], calendar: WorkingCalendar) -> Dates:
    """The same for clocks that began at once and to which nothing has happened; thousands of one day have the same."""
    rules = tuple((clock.rule, clock.version) for clock in clocks)
    return _fresh(rules, local_day(clocks[0].started_at), calendar) if clocks else Dates(None, None, None)


@lru_cache(maxsize=256)
def _fresh(rules: tuple[tuple[str, str], ...], day: date, calendar: WorkingCalendar) -> Dates:
    begun = end_of(day)
    return dates_of([Clock(code, version, begun) for code, version in rules], begun, calendar)
