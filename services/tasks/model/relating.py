"""Whether objections, joint handling, conflicts of persons, merging and splitting are possible, as far as the case
itself tells.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from services.tasks.model import guards
from services.tasks.model.case import Case
from services.tasks.model.conflict import Colleague, handlers_of
from services.tasks.model.refusals import invalid

# Actions that need more than the state of the case.
ACTIONS = frozenset({"object", "insist", "unjoin", "merge", "split"})


def is_open(case: Case, action: str, run_out: Collection[str]) -> bool:
    """Whether there is what the action is about. ``run_out``: the rules of the clocks whose time is over."""
    if action == "object":
        running = any(clock.rule == "object" and clock.ended_at is None for clock in case.clocks)
        return running and "object" not in run_out
    if action == "insist":
        return case.objection is not None
    if action == "unjoin":
        return bool(case.joint_handler_ids)
    # A part is a part of one case; what it asks is the least that can be asked.
    if action == "split":
        return case.split_from is None and len(case.asked) > 1
    return case.split_from is None and not guards.missing_to_merge(case)


def check_relating(case: Case, action: str, fields: Mapping[str, Any], colleagues: Mapping[str, Colleague]) -> None:
    """Raises ``Invalid`` when the people or the allegations that the action names do not fit."""
    if action == "assign" and case.objection is not None:
        handler = colleagues[fields["handler_id"]]
        if (fields.get("unit_id") or handler.unit_id) == case.objection[1]:
            raise invalid("handler_id", "cases.unit_has_objected")
    if action == "join" and fields["handler_id"] in handlers_of(case):
        raise invalid("handler_id", "cases.handles_already")
    if action == "unjoin" and fields["handler_id"] not in case.joint_handler_ids:
        raise invalid("handler_id", "cases.not_a_joint_handler")
    if action == "exclude" and not colleagues.keys() >= set(fields["person_ids"]):
        raise invalid("person_ids", "cases.no_such_person")
    if action == "split":
        _check_split(case, fields["allegation_numbers"])


def _check_split(case: Case, numbers: Collection[int]) -> None:
    if not set(numbers) <= set(range(1, len(case.allegations) + 1)):
        raise invalid("allegation_numbers", "cases.no_such_allegation", count=len(case.allegations))
    if not set(numbers).isdisjoint(case.moved):
        raise invalid("allegation_numbers", "cases.allegation_moved")
    if set(numbers) >= set(case.own):
        raise invalid("allegation_numbers", "cases.one_must_stay")
