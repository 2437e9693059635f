"""A delivery's life: what each outcome of an attempt makes of it, how long it waits, under which key it is sent."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.publicity.model.outcomes import (
    CannotWithdraw,
    Later,
    Live,
    Outcome,
    Rejected,
    Unclear,
    Withdrawn,
)

PENDING, SENDING, LIVE, UNKNOWN = "pending", "sending", "live", "unknown"
FAILED, WITHDRAWN, CANNOT_WITHDRAW = "failed", "withdrawn", "cannot_withdraw"

SUBMIT, WITHDRAW = "submit", "withdraw"

# The states in which an attempt may be claimed. ``sending`` is left only by the end of the attempt or of its
# lease; ``unknown`` is claimed again only where sending twice under one key is safe, which decides whether it
# becomes due.
CLAIMABLE = {
    SUBMIT: (PENDING, UNKNOWN),
    WITHDRAW: (PENDING, LIVE, UNKNOWN, FAILED),
}

# Waits longer than this are not believed when another system asks for them.
LONGEST_ASKED_WAIT = 86_400.0
# A wait is stretched by up to this share of itself, so that what failed together does not come back together.
JITTER = 0.25


@dataclass(frozen=True)
class After:
    """What an attempt leaves behind: the state, the code of what went wrong, when to try again (None: not
    by itself)."""

    state: str
    error: str | None = None
    next_attempt_at: datetime | None = None
    remote_id: str | None = None
    remote_url: str | None = None


def after_attempt(
    outcome: Outcome,
    *,
    action: str,
    before: str,
    tries: int,
    waits: Sequence[float],
    chance: float,
    now: datetime,
    resend_is_safe: bool,
) -> After:
    """The end of attempt number ``tries`` (from 1) of ``action``, which was claimed in the state ``before``.

    ``waits``: seconds after the first, second … failure; when they are used up the delivery is given up.
    ``chance``: a random number of [0, 1). ``resend_is_safe``: the receiver drops a repetition by its key.
    """
    wait = wait_after(tries, waits, chance)
    if action == SUBMIT:
        return _after_submit(outcome, wait, now, resend_is_safe)
    return _after_withdraw(outcome, before, wait, now)


def _after_submit(outcome: Outcome, wait: float | None, now: datetime, resend_is_safe: bool) -> After:
    match outcome:
        case Live(remote_id, remote_url):
            return After(LIVE, remote_id=remote_id, remote_url=remote_url)
        case Later(error, asked) if wait is not None:
            return After(PENDING, error, now + timedelta(seconds=_at_least(wait, asked)))
        case Later(error) | Rejected(error):
            return After(FAILED, error)
        case Unclear(error):
            again = resend_is_safe and wait is not None
            return After(UNKNOWN, error, now + timedelta(seconds=wait or 0) if again else None)
    raise TypeError(f"{type(outcome).__name__} is no outcome of a submission")


def _after_withdraw(outcome: Outcome, before: str, wait: float | None, now: datetime) -> After:
    match outcome:
        case Withdrawn():
            return After(WITHDRAWN)
        case CannotWithdraw(error) | Rejected(error):
            return After(CANNOT_WITHDRAW, error)
        # Asking twice to take something down does no harm, so an unclear answer is asked again.
        case Later(error) | Unclear(error) if wait is not None:
            asked = outcome.after if isinstance(outcome, Later) else None
            return After(before, error, now + timedelta(seconds=_at_least(wait, asked)))
        case Later(error) | Unclear(error):
            return After(CANNOT_WITHDRAW, error)
    raise TypeError(f"{type(outcome).__name__} is no outcome of a withdrawal")


def wait_after(tries: int, waits: Sequence[float], chance: float) -> float | None:
    """Seconds to wait after the ``tries``-th failure, with jitter; None when no wait is left."""
    if tries > len(waits):
        return None
    return waits[tries - 1] * (1 + JITTER * chance)


def _at_least(wait: float, asked: float | None) -> float:
    return max(wait, min(asked or 0.0, LONGEST_ASKED_WAIT))


def delivery_id(publication_id: str, version: int, channel_id: str, recipient_id: str | None = None) -> str:
    """The same for the same version, channel and recipient, so that a fan-out that runs again doubles nothing."""
    parts = [publication_id, str(version), channel_id]
    return ":".join([*parts, recipient_id] if recipient_id else parts)


def message_key(of_delivery: str, action: str) -> str:
    """The key that the receiver tells repetitions by: the same for every attempt of one action on one delivery."""
    return "msg_" + hashlib.sha256(f"{of_delivery}\x1f{action}".encode()).hexdigest()[:32]


def recipient_id(channel_id: str, address: str) -> str:
    """A name for one recipient of one channel; the same for addresses that differ in case only."""
    return hashlib.sha256(f"{channel_id}\x1f{address.casefold()}".encode()).hexdigest()[:24]


def postponed_until(now: datetime, chance: float) -> datetime:
    """When a delivery whose channel was full is due again: soon, for how many are asked for at a time is limited."""
    return now + timedelta(seconds=1 + JITTER * chance)
