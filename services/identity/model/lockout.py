"""Growing waits after failed sign-ins, which slow down guessing and cannot lock the owner out for good.

The rule, and why it is so:

1. *Address.* Each (account, address) pair may fail four times freely; then it waits 15 s, doubled by every further
   failure, at most an hour. The pair, and not the address, because a whole bureau sits behind one address: what
   fails for one account there does not touch the next.
2. *Strangers.* All attempts on an account that bring no known device share one tally: twenty free failures, then
   waits from 15 s to at most five minutes. It bounds what any number of addresses can guess to some 300 tries a day.
3. *Device.* A sign-in that succeeds leaves a random device cookie. An attempt with a cookie of this very account is
   judged by the tally of that device alone, so nobody else's failures, from wherever, delay the owner there.
4. An attempt is counted *before* the password is looked at and forgiven after it proved right: a hundred parallel
   guesses are a hundred, not one. Who must wait only because of attempts that are still under way is kept for the
   moment until they are known to be right or wrong, so that a burst of honest sign-ins is not refused. An attempt
   during a wait is not looked at and changes nothing: hammering does not make a wait longer, and a right password
   during a wait tells nothing.
5. Tallies are forgotten a day after their last failure. A right password clears the pair's or the device's tally, and
   takes back its own count from the strangers' (the others' guesses stay counted).
6. User names that do not exist are counted alike, so that a wait tells nothing about them.

Who is left waiting: an owner on a new device while others attack. One attacking address is soon held by rule 1 for an
hour between tries while rule 2 lasts five minutes, so the owner gets in within two waits. Against many addresses the
owner uses a known device, or an activation code, which no wait stops (it cannot be guessed); an administrator can
also clear the tallies. NIST SP 800-63B section 5.2.2 asks for such limits; the device cookie is OWASP's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

T = TypeVar("T")

FORGOTTEN_AFTER = timedelta(hours=24)
# An attempt that was begun so long ago is over, whatever became of it.
UNDER_WAY_AT_MOST = timedelta(seconds=5)


@dataclass(frozen=True)
class Pace:
    """How many failures are free, the wait after the first one beyond, and the longest wait."""

    free: int
    first: timedelta
    longest: timedelta

    def wait(self, failures: int) -> timedelta:
        """How long to wait after that many failures; never shorter for more of them."""
        if failures <= self.free:
            return timedelta(0)
        # Beyond 30 doublings any wait is the longest one.
        doublings: int = min(failures - self.free - 1, 30)
        return min(self.first * (1 << doublings), self.longest)


ADDRESS = Pace(free=4, first=timedelta(seconds=15), longest=timedelta(hours=1))
STRANGERS = Pace(free=20, first=timedelta(seconds=15), longest=timedelta(minutes=5))
DEVICE = Pace(free=9, first=timedelta(seconds=15), longest=timedelta(minutes=15))


@dataclass(frozen=True)
class Tally:
    """Failures that are not forgotten, and the time of the last."""

    failures: int
    last_at: datetime


@dataclass(frozen=True)
class Origin:
    """Where an attempt comes from: the keyed hash of an address, and the device if the account knows it."""

    address: str
    device: str | None = None


@dataclass(frozen=True)
class Guard:
    """Everything counted against one account. ``under_way``: when each attempt began that is not decided yet."""

    strangers: Tally | None = None
    addresses: Mapping[str, Tally] = field(default_factory=dict)
    devices: Mapping[str, Tally] = field(default_factory=dict)
    under_way: Mapping[str, datetime] = field(default_factory=dict)


def wait_left(guard: Guard, origin: Origin, now: datetime) -> int:
    """Whole seconds until an attempt from there is looked at; 0 = now."""
    if origin.device is not None:
        ends = [_ends(guard.devices.get(origin.device), DEVICE)]
    else:
        ends = [_ends(guard.addresses.get(origin.address), ADDRESS), _ends(guard.strangers, STRANGERS)]
    left = max((end - now for end in ends if end is not None), default=timedelta(0))
    return max(0, math.ceil(left.total_seconds()))


def may_clear_up(guard: Guard, now: datetime) -> bool:
    """Whether a wait may end in a moment, because attempts that count as failed are not decided yet."""
    return any(began + UNDER_WAY_AT_MOST > now for began in guard.under_way.values())


def counted(guard: Guard, origin: Origin, now: datetime, attempt: str) -> Guard:
    """The guard after one more attempt, taken as failed; what is forgotten by now is dropped."""
    guard = _remembered(guard, now)
    guard = replace(guard, under_way={**guard.under_way, attempt: now})
    if origin.device is not None:
        return replace(guard, devices=_with_one_more(guard.devices, origin.device, now))
    return replace(
        guard,
        strangers=_one_more(guard.strangers, now),
        addresses=_with_one_more(guard.addresses, origin.address, now),
    )


def decided(guard: Guard, attempt: str) -> Guard:
    """The guard after the counted attempt proved wrong."""
    return replace(guard, under_way=_without(guard.under_way, attempt))


def forgiven(guard: Guard, origin: Origin, attempt: str) -> Guard:
    """The guard after the counted attempt proved right."""
    guard = decided(guard, attempt)
    if origin.device is not None:
        return replace(guard, devices=_without(guard.devices, origin.device))
    strangers = guard.strangers
    if strangers is not None:
        strangers = replace(strangers, failures=strangers.failures - 1) if strangers.failures > 1 else None
    return replace(guard, strangers=strangers, addresses=_without(guard.addresses, origin.address))


def forgotten_at(guard: Guard) -> datetime | None:
    """When the whole guard may be dropped; None when nothing is counted."""
    tallies = [
        *guard.addresses.values(),
        *guard.devices.values(),
        *([guard.strangers] if guard.strangers else []),
    ]
    last = max((tally.last_at for tally in tallies), default=None)
    return last + FORGOTTEN_AFTER if last else None


def _ends(tally: Tally | None, pace: Pace) -> datetime | None:
    return tally.last_at + pace.wait(tally.failures) if tally else None


def _one_more(tally: Tally | None, now: datetime) -> Tally:
    return Tally((tally.failures if tally else 0) + 1, now)


def _with_one_more(tallies: Mapping[str, Tally], key: str, now: datetime) -> dict[str, Tally]:
    return {**tallies, key: _one_more(tallies.get(key), now)}


def _without(entries: Mapping[str, T], key: str) -> dict[str, T]:
    return {other: entry for other, entry in entries.items() if other != key}


def _remembered(guard: Guard, now: datetime) -> Guard:
    def fresh(tally: Tally | None) -> bool:
        return tally is not None and tally.last_at + FORGOTTEN_AFTER > now

    return Guard(
        strangers=guard.strangers if fresh(guard.strangers) else None,
        addresses={key: tally for key, tally in guard.addresses.items() if fresh(tally)},
        devices={key: tally for key, tally in guard.devices.items() if fresh(tally)},
        under_way={key: began for key, began in guard.under_way.items() if began + UNDER_WAY_AT_MOST > now},
    )
