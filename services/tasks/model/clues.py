"""Clues that nobody reported: found by a patrol, an audit, mining of texts, the media, a superior body."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from services.tasks.model.case import Case, Entry, opened
from services.tasks.model.conflict import Person, concerned
from services.tasks.model.refusals import Forbidden
from services.tasks.model.transitions import OPENING

SOURCE = "clue"


def open_clue(
    *,
    id: str,
    number: str,
    category: str,
    allegations: Sequence[str],
    excluded_unit_ids: Iterable[str],
    lines: Sequence[str],
    origin: str,
    reason: str,
    at: datetime,
    person: Person,
) -> tuple[Case, Entry]:
    """The case of a clue, and the first line of its history: who took it up, from where, and why.

    Raises ``Forbidden`` for somebody of a unit that is concerned, who may not know of the case that this would be.
    """
    case = opened(
        id=id,
        number=number,
        category=category,
        source_kind=SOURCE,
        source_id=id,
        at=at,
        excluded_unit_ids=dict.fromkeys(excluded_unit_ids),
    )
    if concerned(case.excluded_unit_ids, person.unit_path):
        raise Forbidden("clues.own_unit_concerned")
    case = replace(case, allegations=tuple(allegations))
    details = {"origin": origin, **({"lines": list(lines)} if lines else {})}
    return case, Entry(OPENING.action, at, person.id, person.name, None, case.state, reason, details)
