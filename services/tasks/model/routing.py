"""Who could be given a case, in the order in which they fit, and who must not be, and why. A person decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.tasks.model.case import Case
from services.tasks.model.conflict import Colleague, concerned
from services.tasks.model.lines_of_work import line_of

UNIT_CONCERNED = "unit_concerned"
PERSON_CONCERNED = "person_concerned"
PREDECESSOR = "predecessor"


@dataclass(frozen=True)
class Load:
    """The cases that somebody has in hand, and how many of these are overdue."""

    open: int = 0
    overdue: int = 0


@dataclass(frozen=True)
class Candidate:
    """An active handler, as the directory knows them, and what they have in hand."""

    person: Colleague
    line: str | None
    load: Load


def why_not(case: Case, person: Colleague) -> list[str]:
    """The rules by which this handler must not be given the case; empty when none forbids it."""
    reasons = {
        UNIT_CONCERNED: concerned(case.excluded_unit_ids, person.unit_path),
        PERSON_CONCERNED: person.id in case.excluded_person_ids,
        PREDECESSOR: person.id in case.predecessors,
    }
    return [reason for reason, holds in reasons.items() if holds]


def by_fit(case: Case, candidates: Iterable[Candidate]) -> list[Candidate]:
    """Who knows the case's line of work first, then who is in or below the unit that handles it, then who has less in
    hand, and of that less overdue.
    """
    line = line_of(case.category)

    def fit(one: Candidate) -> tuple[bool, bool, int, int, str]:
        same_line = line is not None and one.line == line
        same_unit = case.unit_id is not None and case.unit_id in one.person.unit_path
        return not same_line, not same_unit, one.load.open, one.load.overdue, one.person.id

    return sorted(candidates, key=fit)
