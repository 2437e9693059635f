"""Keeping people out of a case 回避: who may order it for whom, and that somebody is left who can act.

《纪检监察机关处理检举控告工作规则》: what is about the head of a body is not visible to that body. That holds for the
desk and for the supervision group alike, so each side is kept out by the other: neither decides alone who of its own
looks at what is about them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from services.tasks.model.applying import target
from services.tasks.model.case import Case, Entry
from services.tasks.model.conflict import Colleague, Person, acting_roles, concerned
from services.tasks.model.refusals import Forbidden, invalid
from services.tasks.model.rules import ABOVE
from services.tasks.model.transitions import BY_ACTION, DESK, EXCLUDE_HANDLER, SUPERVISOR, Transition

# Of each side somebody must be left: one that can handle the case, and one that sees that it is handled.
STAFF = (DESK, SUPERVISOR)
_EXCLUDE = BY_ACTION["exclude"]


def row_for(case: Case, person_ids: Collection[str]) -> Transition:
    """The row by which these people are kept out: another one where the case leaves its handler by it."""
    return EXCLUDE_HANDLER if case.handler_id in person_ids and case.state in EXCLUDE_HANDLER.sources else _EXCLUDE


def check_order(case: Case, person: Person, persons: Iterable[Colleague], staff: Iterable[Colleague]) -> None:
    """Raises ``Forbidden`` where it is not for this person to keep one of these out. ``staff``: all active people with
    a role of ``STAFF``.

    The desk orders it for everybody, the supervision group for all but others of its own; for these, too, where nobody
    of the desk may know of the case. Everybody who acts may keep out themselves.
    """
    if DESK in acting_roles(person, case) or not any(_acts(one, DESK, case) for one in staff):
        return
    if any(SUPERVISOR in one.roles and one.id != person.id for one in persons):
        raise Forbidden("cases.kept_out_by_the_desk")


def check_somebody_left(case: Case, person_ids: Iterable[str], staff: Iterable[Colleague], field: str) -> None:
    """Raises ``Invalid`` for ``field`` when nobody of the desk, or of the supervision group, could act any more once
    these people keep out. ``staff``: all active people of these roles. A side that has nobody already is not asked.
    """
    without = replace(case, excluded_person_ids=(*case.excluded_person_ids, *person_ids))
    people = list(staff)
    for role in STAFF:
        if any(_acts(one, role, case) for one in people) and not any(_acts(one, role, without) for one in people):
            raise invalid(field, f"cases.nobody_left.{role}")


def kept_out_too(part: Case, whole: Case, cause: Entry) -> Entry | None:
    """The entry by which whoever is kept out of the whole keeps out of its part, which tells the same; by the hand that
    ordered it. None when all do already.
    """
    new = [one for one in whole.excluded_person_ids if one not in part.excluded_person_ids]
    if not new:
        return None
    row = row_for(part, new)
    return replace(
        cause, action=row.action, from_state=part.state, to_state=target(part, row), details={"person_ids": new}
    )


def _acts(one: Colleague, role: str, case: Case) -> bool:
    if role not in one.roles or one.id in case.excluded_person_ids:
        return False
    return role == SUPERVISOR or not (case.route == ABOVE or concerned(case.excluded_unit_ids, one.unit_path))
