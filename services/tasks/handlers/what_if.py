"""What the time limits of a case would be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.call import Call
from services.tasks.handlers.reading import signed_in, visible
from services.tasks.holidays import CALENDAR
from services.tasks.model.clocks import rule_under
from services.tasks.model.conflict import reads_details
from services.tasks.model.decisions import allowed_actions
from services.tasks.model.what_if import Outlook, Plan, check, outlook
from services.tasks.store import TasksStore

Document = dict[str, Any]


def what_if(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """Each time limit that has not been met, as it is and as it would be; those that the caller may know of."""
    actor = signed_in(call)
    _, case = visible(store.case(request["case_id"]), actor)
    plan = Plan(request.get("suspend_on"), request.get("resume_on"), request.get("extend_days"))
    check(case, plan, call.now, allowed_actions(case, actor))
    details = reads_details(actor, case)
    as_it_is = outlook(case, Plan(), call.now, CALENDAR)
    as_it_would_be = outlook(case, plan, call.now, CALENDAR)
    return {
        "clocks": [
            _shown(one, before)
            for one, before in zip(as_it_would_be, as_it_is, strict=True)
            if details or not rule_under(one.clock).named_only
        ]
    }


def _shown(one: Outlook, before: Outlook) -> Document:
    return {
        "rule": one.clock.rule,
        "ref": one.clock.ref,
        "started_at": one.clock.started_at,
        "due_at": one.due_at,
        "due_at_now": before.due_at,
        "stages": [{"stage": stage, "at": at} for stage, at in one.stages],
    }
