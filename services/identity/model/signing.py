"""When which signing key is used: time is cut into slots, each slot has its key, made before the slot begins.

A key is published ``LEAD`` before its first use, so that every verifier has fetched it by then, and stays published
until the last token that it signed has died. Nothing is scheduled: what exists and what is used follows from the
time alone, so replicas agree without talking, and an outage over a slot's beginning heals at the next look.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

PERIOD = timedelta(days=30)
LEAD = timedelta(days=1)
# Verifiers' clocks may be this far behind.
SKEW = timedelta(minutes=5)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def slot_at(now: datetime) -> int:
    """The number of the slot."""
    return (now - _EPOCH) // PERIOD


def begins(slot: int) -> datetime:
    """The slot's first moment."""
    return _EPOCH + slot * PERIOD


def slots_needed(now: datetime) -> list[int]:
    """The slots whose keys have to exist now: the present one, and near its end the next."""
    return sorted({slot_at(now), slot_at(now + LEAD)})


def published_until(slot: int, token_lifetime: timedelta) -> datetime:
    """When the slot's key may be dropped: its last token has expired, on slow clocks too."""
    return begins(slot + 1) + token_lifetime + SKEW
