"""Who could be given a case, and to which bodies outside it could go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chassis.refusals import Forbidden
from contracts.call import Call
from services.tasks.documents import colleague_of
from services.tasks.handlers.reading import signed_in, visible
from services.tasks.model.bodies import BODIES, Ground, in_force
from services.tasks.model.calendar import local_day
from services.tasks.model.conflict import acting_roles
from services.tasks.model.lines_of_work import line_of
from services.tasks.model.routing import Candidate, Load, by_fit, why_not
from services.tasks.model.transitions import DESK, HANDLER, IN_HAND_STATES
from services.tasks.store import TasksStore

Document = dict[str, Any]


def list_candidates(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """All active handlers for a case, those who fit best first, and apart those who must not be given it, with why.

    For the desk: ``Forbidden`` for others who may know of the case, ``NotFound`` for all else.
    """
    actor = signed_in(call)
    _, case = visible(store.case(request["case_id"]), actor)
    if DESK not in acting_roles(actor, case):
        raise Forbidden("cases.not_your_action")
    people = store.routing.active_in_role(HANDLER, request.get("unit_id"), request.get("line"))
    ids = [person["_id"] for person in people]
    loads = store.routing.loads(ids, IN_HAND_STATES, actor.unit_path, actor.id, call.now)
    candidates = [
        Candidate(colleague_of(person), person["line"], Load(*loads.get(person["_id"], (0, 0)))) for person in people
    ]
    reasons = {one.person.id: why_not(case, one.person) for one in candidates}
    return {
        "line": line_of(case.category),
        "items": [_candidate(one) for one in by_fit(case, candidates) if not reasons[one.person.id]],
        "excluded": [
            {"person_id": one.person.id, "unit_id": one.person.unit_id, "reasons": reasons[one.person.id]}
            for one in candidates
            if reasons[one.person.id]
        ],
    }


def list_outside_bodies(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """The kinds of bodies that a case can be sent to, with the legal grounds of today, in the caller's language."""
    day = local_day(call.now)
    return {
        "items": [
            {
                "code": body.code,
                "name": body.en if call.language == "en" else body.zh,
                "transfer": _ground(in_force(body.transfer, day)),
                "assistance": _ground(in_force(body.assistance, day)),
            }
            for body in BODIES
        ],
        "next_cursor": None,
    }


def _candidate(one: Candidate) -> Document:
    return {
        "person_id": one.person.id,
        "unit_id": one.person.unit_id,
        "line": one.line,
        "open": one.load.open,
        "overdue": one.load.overdue,
    }


def _ground(ground: Ground | None) -> Document | None:
    return {"source": ground.source, "article": ground.article, "version": ground.version} if ground else None
