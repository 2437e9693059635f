"""A limit: some rates that a subject must keep to, counted over clock-aligned windows."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from limits import RateLimitItem, parse_many

from chassis import clock
from gateway.limits.counters import Counters
from gateway.limits.subjects import digest_of

# So many reserves are kept, the latest. Who is forgotten begins with another hundredth.
_MOST_RESERVES = 20_000
_HUNDREDTH = 100


@dataclass(slots=True)
class _Reserve:
    """Hits of one subject in one window that this process may spend without asking."""

    left: int
    # Of those, how many the shared counter does not know of yet.
    untold: int
    exhausted: bool = False

    @classmethod
    def first(cls, amount: int) -> _Reserve:
        """Most who report do so once: they need no counter but this. A low limit is counted from the first hit."""
        free = _reserve_size(amount) if amount >= _HUNDREDTH else 0
        return cls(free, free)


def _reserve_size(amount: int) -> int:
    return max(1, amount // _HUNDREDTH)


class Limit:
    """Some rates that one subject must all keep to, such as ``8/minute;30/hour``."""

    def __init__(self, name: str, rates: str, counters: Counters, key: bytes, *, reserve: bool = False) -> None:
        self.name = name
        self._items = parse_many(rates)
        self._counters = counters
        self._key = key
        self._reserve = reserve
        self._reserves: dict[tuple[int, int, str], _Reserve] = {}
        self._lock = threading.Lock()

    def hit(self, *subject: str) -> float | None:
        """Counts one hit; the seconds to wait when some rate is exceeded, None when all is well."""
        return self.count(digest_of(self._key, *subject), clock.now().timestamp())

    def count(self, digest: str, now: float) -> float | None:
        """As ``hit`` at ``now`` (Unix time), for the subject of this digest (gateway/limits/subjects.py)."""
        waits = [self._take(index, item, digest, now) for index, item in enumerate(self._items)]
        return max((wait for wait in waits if wait is not None), default=None)

    def refund(self, *subject: str, at: float) -> None:
        """Takes back a hit that was counted at ``at`` (Unix time): it turned out to be harmless."""
        digest = digest_of(self._key, *subject)
        for item in self._items:
            seconds = item.get_expiry()
            self._counters.incr(self._name(item, digest, int(at // seconds)), seconds, -1)

    def _take(self, index: int, item: RateLimitItem, digest: str, now: float) -> float | None:
        seconds = item.get_expiry()
        window = int(now // seconds)
        left = (window + 1) * seconds - now
        if not self._reserve:
            count = self._counters.incr(self._name(item, digest, window), seconds, 1)
            return left if count > item.amount else None
        with self._lock:
            reserve = self._reserves.get((index, window, digest))
            if reserve is None:
                if len(self._reserves) >= _MOST_RESERVES:
                    del self._reserves[next(iter(self._reserves))]
                reserve = self._reserves[index, window, digest] = _Reserve.first(item.amount)
            if not reserve.left and not reserve.exhausted:
                self._replenish(reserve, item, digest, window)
            if not reserve.left:
                return left
            reserve.left -= 1
            return None

    def _replenish(self, reserve: _Reserve, item: RateLimitItem, digest: str, window: int) -> None:
        wanted = _reserve_size(item.amount)
        counted = self._counters.incr(self._name(item, digest, window), item.get_expiry(), wanted + reserve.untold)
        reserve.untold = 0
        reserve.left = max(0, min(wanted, item.amount - (counted - wanted)))
        reserve.exhausted = not reserve.left

    def _name(self, item: RateLimitItem, digest: str, window: int) -> str:
        return f"{self.name}/{item.amount}/{item.get_expiry()}/{window}/{digest}"
