"""Clues that nobody reported: found by a patrol, an audit, mining of texts, the media, a superior body."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from services.tasks.model.case import Case, Entry
from services.tasks.model.conflict import Colleague, Person, concerned
from services.tasks.model.exclusion import check_somebody_left
from services.tasks.model.opening import opened
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
    excluded_person_ids: Iterable[str],
    lines: Sequence[str],
    origin: str,
    reason: str,
    at: datetime,
    person: Person,
    staff: Iterable[Colleague] = (),
) -> tuple[Case, Entry]:
    """The case of a clue, and the first line of its history: who took it up, from where, and why.

    ``staff`` as for ``exclusion.check_somebody_left``. Raises ``Forbidden`` for somebody who, or whose unit, is
    concerned and so may not know of such a case, and ``Invalid`` where nobody could act on it.
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
    kept_out = tuple(dict.fromkeys(excluded_person_ids))
    check_somebody_left(case, kept_out, staff, "excluded_person_ids")
    case = replace(case, allegations=tuple(allegations), excluded_person_ids=kept_out)
    if concerned(case.excluded_unit_ids, person.unit_path) or person.id in case.excluded_person_ids:
        raise Forbidden("clues.own_unit_concerned")
    details = {"origin": origin, **({"lines": list(lines)} if lines else {})}
    return case, Entry(OPENING.action, at, person.id, person.name, None, case.state, reason, details)
