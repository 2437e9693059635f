"""Answering suggestions: by when, as dated data, and what an answer leads to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

ADOPTED = "adopted"
PARTLY_ADOPTED = "partly_adopted"
NOT_ADOPTED = "not_adopted"

# 《信访工作条例》第二十九条: what is sound and feasible is adopted or partly adopted, and answered.
DECISIONS = (ADOPTED, PARTLY_ADOPTED, NOT_ADOPTED)


_END_OF_DAY = time(23, 59, 59, 999_000)


@dataclass(frozen=True)
class Term:
    """``days`` calendar days, not counting the one of receipt, for suggestions received from ``valid_from`` on until
    a later term begins."""

    valid_from: date
    days: int
    source: str


# The law asks for an answer without a time limit. The bureau binds itself to the one for other matters.
TERMS: tuple[Term, ...] = (
    Term(date(2022, 5, 1), 60, "《信访工作条例》第二十九条，期限比照第三十四条"),
)  # fmt: skip


def term_for(day: date) -> Term:
    """The term for a suggestion received on ``day``; the first one for earlier days."""
    return max((term for term in TERMS if term.valid_from <= day), key=lambda term: term.valid_from, default=TERMS[0])


def answer_due_at(received_at: datetime, zone: tzinfo) -> datetime:
    """By when a suggestion is answered: the end of its last day in ``zone``."""
    day = received_at.astimezone(zone).date()
    return datetime.combine(day + timedelta(term_for(day).days), _END_OF_DAY, zone).astimezone(UTC)
