"""Exams: windows, audiences, who may see what when, and what counts of several attempts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

UPCOMING, OPEN, CLOSED = "upcoming", "open", "closed"
LATE, CANCELLED, EXEMPT = "late", "cancelled", "exempt"
SAT, MISSED = "sat", "missed"
IMMEDIATELY, AFTER_CLOSE, NEVER = "immediately", "after_close", "never"

# How long after the deadline an answer that was on its way is still taken, where the exam does not say.
GRACE = timedelta(seconds=5)


class Person(Protocol):
    """Whom an audience is asked about."""

    @property
    def roles(self) -> frozenset[str]:
        """Role names."""

    @property
    def unit_path(self) -> tuple[str, ...]:
        """Unit ids from the root down to the own unit."""

    @property
    def line(self) -> str | None:
        """The line of work."""


@dataclass
class InvalidExam(Exception):
    """An exam that cannot be held. ``errors``: ``[{"field", "message"}]``, messages are codes."""

    errors: list[dict[str, Any]]


@dataclass
class ExamNotOpen(Exception):
    """The exam cannot be sat now; ``state`` is ``upcoming``, ``late`` (it is open, but too late to begin), ``closed``,
    ``cancelled`` or ``exempt``; the times are RFC 3339, the person's own.
    """

    state: str
    opens_at: str
    closes_at: str
    latest_start_at: str | None = None


@dataclass
class TooSoon(Exception):
    """The next attempt may begin only at ``next_start_at`` (RFC 3339)."""

    next_start_at: str


@dataclass
class NoAttemptsLeft(Exception):
    """The person has used every attempt that the exam allows."""

    attempts_allowed: int


def window(exam: dict[str, Any], now: datetime) -> str:
    """``upcoming``, ``open`` or ``closed``; the moment of opening is open, that of closing is closed."""
    if now < exam["opens_at"]:
        return UPCOMING
    return OPEN if now < exam["closes_at"] else CLOSED


def to_start(exam: dict[str, Any], now: datetime) -> str:
    """``open`` when an attempt may begin now, else what stands against it: ``cancelled``, ``exempt``, ``upcoming``,
    ``late`` or ``closed``. ``exam``: as it is for the person. The moment of the latest start is in time.
    """
    if exam.get("cancelled_at") is not None:
        return CANCELLED
    if exam.get("exempt"):
        return EXEMPT
    state, latest = window(exam, now), exam.get("latest_start_at")
    return LATE if state == OPEN and latest is not None and now > latest else state


def is_shuffled(exam: dict[str, Any]) -> bool:
    """Whether attempts are shown their questions, or the options, in an order of their own."""
    return any(exam.get("shuffle", {}).values())


def next_start_at(exam: dict[str, Any], handed_in_at: datetime) -> datetime:
    """From when on the next attempt may begin after one that was handed in then."""
    return handed_in_at + timedelta(minutes=exam.get("minutes_between_attempts", 0))


def due_at(exam: dict[str, Any], started_at: datetime) -> datetime:
    """The deadline of an attempt: the time limit, but never after the exam closes."""
    closes_at: datetime = exam["closes_at"]
    return min(started_at + timedelta(minutes=exam["time_limit_minutes"]), closes_at)


def grace(exam: dict[str, Any]) -> timedelta:
    """How long after a deadline the exam still takes an answer that was on its way."""
    seconds = exam.get("grace_seconds")
    return GRACE if seconds is None else timedelta(seconds=seconds)


def locks_at(exam: dict[str, Any], due: datetime) -> datetime:
    """From when on no answer is taken any more and the server hands in."""
    return due + grace(exam)


def is_for(audience: dict[str, list[str]], person: Person) -> bool:
    """Whether the person is in the audience: fits every list that is not empty."""
    return (
        (not audience["lines"] or person.line in audience["lines"])
        and (not audience["units"] or not set(audience["units"]).isdisjoint(person.unit_path))
        and (not audience["roles"] or not person.roles.isdisjoint(audience["roles"]))
    )


def allowed(exam: dict[str, Any], what: str, now: datetime) -> bool:
    """Whether the review rules let a person see ``what`` (score, correctness, key, explanation) of a
    graded attempt.

    ``after_close`` waits for the last person's window and for the grace too: until then somebody may still be
    answering.
    """
    rule = exam["review"][what]
    return rule == IMMEDIATELY or (rule == AFTER_CLOSE and now >= locks_at(exam, over_at(exam)))


def over_at(exam: dict[str, Any]) -> datetime:
    """When the exam is over for everybody, whatever was granted to single persons."""
    over: datetime = exam.get("shut_at") or exam["closes_at"]
    return over


def state_for(exam: dict[str, Any], now: datetime, begun: int, running: bool) -> str:
    """How the exam stands for a person who has ``begun`` so many attempts: ``open`` while there is
    something to sit or to go on with, ``upcoming``, ``sat``, ``missed``, ``cancelled`` or ``exempt``.
    """
    state = to_start(exam, now)
    if state == CANCELLED:
        return CANCELLED
    if running or (state == OPEN and begun < exam["attempts_allowed"]):
        return OPEN
    if begun:
        return SAT
    return state if state in (EXEMPT, UPCOMING) else MISSED
