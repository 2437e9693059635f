"""What a reporter's rating does to the case: a re-examination by others the first time that it is "not satisfied"."""

from __future__ import annotations

from datetime import datetime

from services.tasks.model.applying import target
from services.tasks.model.case import Case, Entry
from services.tasks.model.transitions import RE_EXAMINE, RECORD_RATING, Transition


def rated(case: Case, number: int, satisfied: bool, at: datetime) -> Entry | None:
    """The entry to apply for the reporter's rating ``number`` (from 1) given in the hour ``at``.

    None when this rating, or a later one, is on record already. A rating that comes too late, or for a case that has
    moved on, is put on record and leads to nothing else.
    """
    if case.rating is not None and case.rating[0] >= number:
        return None
    again = not satisfied and not case.re_examined and case.state in RE_EXAMINE.sources
    return _entry(case, RE_EXAMINE if again else RECORD_RATING, number, satisfied, at)


def _entry(case: Case, row: Transition, number: int, satisfied: bool, at: datetime) -> Entry:
    return Entry(
        action=row.action,
        at=at,
        by_id=None,
        by_name=None,
        from_state=case.state,
        to_state=target(case, row),
        details={"number": number, "satisfied": satisfied},
    )
