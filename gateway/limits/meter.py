"""How much one subject asks for, over all workers: counted in steps, so that who writes once costs no round trip.

A limit (gateway/limits/limit.py) stops counting when it is reached. A meter goes on, since what comes beyond is the
load that the difficulty of proofs follows.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import NamedTuple

from limits import parse_many

from gateway.limits.counters import Counters

# The shared counter is told when this part of the rate has come, and beyond it when the sum has grown by this part: the
# more there is, the rarer it is asked. Each worker may pass the rate by this part.
_STEP = 10
# So many subjects are kept, the latest.
_MOST_SUBJECTS = 20_000


class Reading(NamedTuple):
    """``wait``: the seconds until the rates allow more, None when they do now. ``load``: what was asked for in the last
    length of a window, in parts of what the rate allows; of several rates the highest."""

    wait: float | None
    load: float


NOTHING = Reading(None, 0.0)


@dataclass(slots=True)
class _Count:
    window: int
    # What the shared counter said when it was last told, ours included; and what it does not know of yet.
    known: int = 0
    untold: int = 0
    # The sum of the window before this one.
    before: int = 0

    @property
    def sum(self) -> int:
        return self.known + self.untold


@dataclass(slots=True)
class _Rate:
    amount: int
    seconds: int
    step: int
    counts: dict[str, _Count] = field(default_factory=dict)

    def read(self, count: int, before: int, now: float, exceeded: bool, other: Reading | None) -> Reading:
        """What this says, and what ``other`` says of another rate, in one."""
        left = self.seconds - now % self.seconds
        load = (count + before * left / self.seconds) / self.amount
        wait = left if exceeded else None
        if other is None:
            return Reading(wait, load)
        waits = [wait for wait in (wait, other.wait) if wait is not None]
        return Reading(max(waits, default=None), max(load, other.load))


class Meter:
    """Counts subjects, each under its digest, against some rates such as ``30/minute;300/hour``."""

    def __init__(self, name: str, rates: str, counters: Counters) -> None:
        self.name = name
        self._rates = [
            _Rate(item.amount, item.get_expiry(), max(1, item.amount // _STEP)) for item in parse_many(rates)
        ]
        self._counters = counters
        self._lock = threading.Lock()

    @property
    def least(self) -> int:
        """The smallest amount that any rate allows."""
        return min(rate.amount for rate in self._rates)

    def hit(self, digest: str, now: float) -> Reading:
        """Counts one at ``now`` (Unix time); ``wait`` when it is beyond what the rates allow."""
        reading = None
        for rate in self._rates:
            count, before = self._add(rate, digest, now)
            reading = rate.read(count, before, now, count > rate.amount, reading)
        return reading or NOTHING

    def look(self, digest: str, now: float) -> Reading:
        """Counts nothing and asks nobody; ``wait`` when one more would be beyond what the rates allow."""
        reading = None
        for rate in self._rates:
            count, before = self._known(rate, digest, now)
            reading = rate.read(count, before, now, count >= rate.amount, reading)
        return reading or NOTHING

    def ask(self, digest: str, now: float) -> Reading:
        """As ``look``, but with what all workers have told the shared counter by now."""
        for rate in self._rates:
            self._add(rate, digest, now, 0)
        return self.look(digest, now)

    def _add(self, rate: _Rate, digest: str, now: float, amount: int = 1) -> tuple[int, int]:
        """The sum with these, and that of the window before. With none, the shared counter is asked in any case."""
        tell: int | None = None
        with self._lock:
            count = self._count(rate, digest, int(now // rate.seconds))
            count.untold += amount
            if not amount or count.untold >= max(rate.step, count.known // _STEP):
                tell, count.untold = count.untold, 0
                # Whoever comes while we ask counts on from here.
                count.known += tell
            total = count.sum
        if tell is not None:
            name = f"{self.name}/{rate.amount}/{rate.seconds}/{count.window}/{digest}"
            total = self._counters.incr(name, rate.seconds, tell)
            with self._lock:
                count.known = max(count.known, total)
        return total, count.before

    def _known(self, rate: _Rate, digest: str, now: float) -> tuple[int, int]:
        window = int(now // rate.seconds)
        count = rate.counts.get(digest)
        if count is None or count.window < window - 1:
            return 0, 0
        return (count.sum, count.before) if count.window == window else (0, count.sum)

    def _count(self, rate: _Rate, digest: str, window: int) -> _Count:
        count = rate.counts.get(digest)
        if count is None or count.window != window:
            before = count.sum if count is not None and count.window == window - 1 else 0
            if count is None and len(rate.counts) >= _MOST_SUBJECTS:
                del rate.counts[next(iter(rate.counts))]
            count = rate.counts[digest] = _Count(window, before=before)
        return count
