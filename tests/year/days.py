"""Working days, counted one by one from the State Council's own announcement: nothing of the service's calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

ONE = timedelta(days=1)


def _through(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += ONE


# 《国务院办公厅关于2026年部分节假日安排的通知》. Days of 2027 count by weekends, as long as nobody has announced them.
HOLIDAYS = frozenset(
    {
        *_through(date(2026, 1, 1), date(2026, 1, 3)),
        *_through(date(2026, 2, 15), date(2026, 2, 23)),
        *_through(date(2026, 4, 4), date(2026, 4, 6)),
        *_through(date(2026, 5, 1), date(2026, 5, 5)),
        *_through(date(2026, 6, 19), date(2026, 6, 21)),
        *_through(date(2026, 9, 25), date(2026, 9, 27)),
        *_through(date(2026, 10, 1), date(2026, 10, 7)),
    }
)
WORKED = frozenset(
    {date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9), date(2026, 9, 20), date(2026, 10, 10)}
)

# Days in which a term stands still: from the first on, not the last itself.
Stops = tuple[tuple[date, date], ...]


def is_worked(day: date) -> bool:
    """Whether the bureau works on this day."""
    return day in WORKED or (day.weekday() < 5 and day not in HOLIDAYS)


@lru_cache(maxsize=200_000)
def counted(start: date, count: int, working: bool, stops: Stops) -> date:
    """The day that is the ``count``-th after ``start``, of working days or of all, leaving out those of ``stops``."""
    day = start
    while count > 0:
        day += ONE
        stands = any(first <= day < last for first, last in stops)
        count -= not stands and (not working or is_worked(day))
    return day
