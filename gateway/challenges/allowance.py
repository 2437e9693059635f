"""What may be done freely: so much by one address, so much by all together, and a part kept for the quiet."""

from __future__ import annotations

from gateway.limits.counters import Counters
from gateway.limits.meter import Meter, Reading

# Everybody together, where an address has its digest.
ALL = "all"
# Who asked for less than this part of what an address may do is quiet, and the first one of an address always is.
_QUIET = 0.1


class Allowance:
    """Rates for an address (``each``) and for all addresses together (``total``).

    What an address asks for beyond its own rate does not count for all: one address's flood makes it harder behind
    that address only. When all together have used theirs up, those who have hardly asked for anything have as much
    again to themselves: some loud addresses cannot keep the quiet ones out.
    """

    def __init__(self, name: str, each: str, total: str, counters: Counters) -> None:
        self._each = Meter(f"{name}-each", each, counters)
        self._total = Meter(f"{name}-total", total, counters)
        self._kept = Meter(f"{name}-kept", total, counters)
        self._quiet = max(_QUIET, 1 / self._each.least)

    def take(self, digest: str, now: float) -> Reading:
        """Counts one by the address of ``digest``; ``wait`` when it is not free."""
        own = self._each.hit(digest, now)
        if own.wait is not None:
            return own
        everybody = self._total.hit(ALL, now)
        if everybody.wait is None or (own.load <= self._quiet and self._kept.hit(ALL, now).wait is None):
            return Reading(None, max(own.load, everybody.load))
        return Reading(everybody.wait, max(own.load, everybody.load))

    def look(self, digest: str, now: float) -> Reading:
        """Counts nothing; ``wait`` when one more would not be free."""
        own = self._each.look(digest, now)
        everybody = self._total.look(ALL, now)
        load = max(own.load, everybody.load)
        if own.wait is not None:
            return Reading(own.wait, load)
        kept = own.load < self._quiet and self._kept.look(ALL, now).wait is None
        return Reading(None if kept else everybody.wait, load)

    def load(self, now: float) -> float:
        """The load of all addresses together, as all workers know it."""
        return self._total.ask(ALL, now).load
