"""In whose hands a case is.

Each function takes the case after its row of the table, and the entry, as the effects of ``applying.apply`` do.
"""

from __future__ import annotations

from dataclasses import replace

from services.tasks.model import case_clocks, related
from services.tasks.model.case import Case, Entry
from services.tasks.model.transitions import ASSIGNED


def assign(case: Case, entry: Entry) -> Case:
    """It has this handler and their unit; they are no joint handler any more."""
    handler_id = entry.details["handler_id"]
    joint = tuple(one for one in case.joint_handler_ids if one != handler_id)
    return replace(
        case, handler_id=handler_id, unit_id=entry.details["unit_id"], joint_handler_ids=joint, objection=None
    )


def reassign(case: Case, entry: Entry) -> Case:
    """As ``assign``. Another unit that is given it before anybody has begun has a time of its own to object, which
    《信访工作条例》 counts from when that unit was given it.
    """
    given = assign(case, entry)
    if given.state != ASSIGNED or given.unit_id == case.unit_id:
        return given
    return replace(given, clocks=case_clocks.begun_anew(given, "object", entry.at))


def leave(case: Case, _entry: Entry) -> Case:
    """Nobody has it."""
    return replace(case, handler_id=None, unit_id=None, joint_handler_ids=(), objection=None)


def object_to(case: Case, entry: Entry) -> Case:
    """Its handler objects to having it: nobody has it until the desk has decided."""
    objection = (case.handler_id, case.unit_id) if case.handler_id and case.unit_id else None
    return replace(leave(case, entry), objection=objection)


def exclude_handler(case: Case, entry: Entry) -> Case:
    """Who must keep out handled it: nobody has it."""
    return leave(related.exclude(case, entry), entry)
