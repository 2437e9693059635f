"""Days as the law counts them: calendar days, and working days with public holidays and make-up days."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# Time limits are days of the bureau's own place; instants are stored and sent in UTC.
PLACE = ZoneInfo("Asia/Shanghai")

# The last millisecond of a day: the finest that the database keeps.
_END_OF_DAY = time(23, 59, 59, 999000)

# 1970-01-05, a Monday, so that whole weeks are counted by division.
_MONDAY = date(1970, 1, 5).toordinal()


@dataclass(frozen=True, eq=False)
class WorkingCalendar:
    """Which days are working days.

    ``days_off``: public holidays, weekends within them included or not; ``made_up``: weekend days that
    are worked (调休). Known up to and including ``known_through``: the State Council announces a year
    only late in the year before. Later days count by plain weekends, and ``knows`` says so.
    """

    days_off: Iterable[date]
    made_up: Iterable[date]
    known_through: date
    _off: list[int] = field(init=False, repr=False)
    _worked: list[int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        made_up = {day.toordinal() for day in self.made_up if _weekend(day)}
        off = {day.toordinal() for day in self.days_off if not _weekend(day)}
        object.__setattr__(self, "_off", sorted(off))
        object.__setattr__(self, "_worked", sorted(made_up))

    def knows(self, day: date) -> bool:
        """Whether the holidays around ``day`` were announced when this calendar was made."""
        return day <= self.known_through

    def working_days(self, after: date, through: date) -> int:
        """How many working days lie after ``after`` and not after ``through``; 0 when there is no such
        day.
        """
        if through <= after:
            return 0
        first, last = after.toordinal(), through.toordinal()
        weekdays = _weekdays_until(last) - _weekdays_until(first)
        return weekdays - _within(self._off, first, last) + _within(self._worked, first, last)

    def working_day_after(self, start: date, count: int) -> date:
        """The ``count``-th working day after ``start``, which itself does not count (《民法典》 article 201).

        Each step goes forward by the working days that are still missing; so it never passes the day
        looked for, and stops on a working day.
        """
        day = start
        while (missing := count - self.working_days(start, day)) > 0:
            day += timedelta(days=missing)
        return day


def local_day(moment: datetime) -> date:
    """The day of the bureau on which ``moment`` (aware) falls."""
    return moment.astimezone(PLACE).date()


def end_of(day: date) -> datetime:
    """The last moment of ``day`` of the bureau, in UTC."""
    return datetime.combine(day, _END_OF_DAY, PLACE).astimezone(UTC)


def _weekend(day: date) -> bool:
    return day.weekday() >= 5


def _weekdays_until(ordinal: int) -> int:
    weeks, rest = divmod(ordinal - _MONDAY + 1, 7)
    return weeks * 5 + min(rest, 5)


def _within(ordinals: list[int], after: int, through: int) -> int:
    return bisect_right(ordinals, through) - bisect_right(ordinals, after)
