"""What a channel can answer to one attempt. Every answer is one of these types; ``error`` is a code, never content."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Live:
    """It is there. ``remote_id`` and ``remote_url`` are the channel's own names for it, as far as it has any."""

    remote_id: str | None = None
    remote_url: str | None = None


@dataclass(frozen=True)
class Later:
    """It was certainly not taken; try again, not before ``after`` seconds where the channel says so."""

    error: str
    after: float | None = None


@dataclass(frozen=True)
class Rejected:
    """It was certainly not taken, and the same would be refused again."""

    error: str


@dataclass(frozen=True)
class Unclear:
    """It may have been taken: the answer never came."""

    error: str


@dataclass(frozen=True)
class Withdrawn:
    """It is no longer there, or the other side has been told to remove it."""


@dataclass(frozen=True)
class CannotWithdraw:
    """What this channel has carried cannot be called back."""

    error: str


Outcome = Live | Later | Rejected | Unclear | Withdrawn | CannotWithdraw
