"""Case numbers: ``<year>-<number>``, unique, rising, with gaps where a process ended in a rush."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pymongo import ReturnDocument
from pymongo.collection import Collection

# A year and six digits read well on paper; a year with more cases than that simply gets longer numbers.
_WIDTH = 6
# While cases come in a rush, so many numbers at most are taken ahead of need, and for no longer than this.
_MOST_AHEAD = 64
_AHEAD_SECONDS = 1.0


@dataclass
class _Reserve:
    numbers: list[int] = field(default_factory=list)
    taken_at: float = float("-inf")
    size: int = 0


class CaseNumbers:
    """Numbers from one counter a year, in the collection ``counters``.

    A number that is wanted now and then is counted when it is wanted, so that none is left out. In a rush some are
    taken ahead, which spares most cases the round trip; those not used within a second are forgotten.
    """

    def __init__(self, counters: Collection[dict[str, Any]], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._counters = counters
        self._monotonic = monotonic
        self._reserves: dict[int, _Reserve] = {}

    def take(self, year: int, count: int) -> list[str]:
        """``count`` numbers of ``year`` that nobody else has, in at most one round trip."""
        reserve = self._reserves.setdefault(year, _Reserve())
        now = self._monotonic()
        in_a_rush = now - reserve.taken_at < _AHEAD_SECONDS
        numbers = self._spend(reserve, count) if in_a_rush else []
        missing = count - len(numbers)
        if missing:
            size = min(2 * max(reserve.size, count), _MOST_AHEAD) if in_a_rush else 0
            last = self._count(year, missing + size)
            first = last - missing - size + 1
            numbers += range(first, first + missing)
            # Another greenlet may have filled it meanwhile; what is overwritten is a gap.
            self._reserves[year] = _Reserve(list(range(first + missing, last + 1)), now, size)
        return [f"{year}-{number:0{_WIDTH}d}" for number in numbers]

    @staticmethod
    def _spend(reserve: _Reserve, count: int) -> list[int]:
        spent, reserve.numbers = reserve.numbers[:count], reserve.numbers[count:]
        return spent

    def _count(self, year: int, count: int) -> int:
        counter = self._counters.find_one_and_update(
            {"_id": f"case_number:{year}"},
            {"$inc": {"last": count}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        last: int = counter["last"]
        return last
