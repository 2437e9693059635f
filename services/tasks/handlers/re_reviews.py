"""Sampling re-review: drawn by lot from the cases closed in a period, each judged by the supervision group."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pymongo.client_session import ClientSession

from chassis.ids import new_id
from chassis.refusals import Invalid, NotFound, WrongState
from contracts.call import Actor, Call
from contracts.tasks import operations
from services.tasks.documents import case_of
from services.tasks.handlers.reading import scope_to_list, signed_in, visible
from services.tasks.handlers.recording import record
from services.tasks.model.calendar import end_of
from services.tasks.model.conflict import sees
from services.tasks.model.sampling import (
    ADEQUATE,
    INADEQUATE,
    MOST,
    Size,
    check_re_reviewer,
    draw,
    judged_inadequate,
    share,
)
from services.tasks.model.transitions import SUPERVISOR
from services.tasks.store import TasksStore

Document = dict[str, Any]

_STATES = {"open": ["open"], "done": [ADEQUATE, INADEQUATE]}
_DAY = timedelta(days=1)


def draw_re_reviews(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """Draws from the cases closed in the period and answers the draw; each case drawn has an open re-review then.

    ``Invalid`` where nothing was closed, or the sample would be larger than a draw can be.
    """
    actor = signed_in(call)
    if request["closed_from"] > request["closed_to"]:
        raise Invalid.field("closed_from", "cases.sample_period")
    population = _population(store, request)
    size = Size(request.get("percent"), request.get("count"))
    count = sum(share({unit: len(ids) for unit, ids in population.items()}, size).values())
    if count == 0:
        raise Invalid.field("closed_from", "cases.sample_empty")
    if count > MOST:
        name = "percent" if size.percent is not None else "count"
        raise Invalid.field(name, "cases.sample_too_large", most=MOST, count=count)
    seed = request.get("seed") or secrets.token_hex(16)
    drawn = draw(population, size, seed)
    document = {
        "closed_from": request["closed_from"].isoformat(),
        "closed_to": request["closed_to"].isoformat(),
        "percent": size.percent,
        "count": size.count,
        "seed": seed,
        "drawn_at": call.now,
        "drawn_by": {"id": actor.id, "name": actor.name},
        "closed": [{"unit_id": unit or None, "count": len(ids)} for unit, ids in sorted(population.items())],
    }

    def effect(session: ClientSession | None) -> Document:
        if session is None:
            return store.transaction(effect)
        draw_id = new_id()
        cases = store.re_reviews.cases(drawn, session)
        re_reviews = [_open(draw_id, cases[case_id], call) for case_id in drawn]
        store.re_reviews.add({"_id": draw_id, **document}, re_reviews, session)
        tally = [(one["unit_id"], "open", 1) for one in re_reviews]
        return _draw({"_id": draw_id, **document}, tally, actor)

    return store.once(call, request, operations.draw_re_reviews, effect)


def list_re_reviews(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """A page of the re-reviews, newest draw first; without those of cases that the caller may not know of."""
    actor = signed_in(call)
    wanted: Document = {name: request[name] for name in ("unit_id", "draw_id") if name in request}
    if "state" in request:
        wanted["state"] = {"$in": _STATES.get(request["state"], [request["state"]])}
    hidden_from = scope_to_list(actor).not_about
    found = store.re_reviews.list(wanted, hidden_from, request["limit"], request["cursor"])
    cases = store.re_reviews.cases(one["case_id"] for one in found["items"])
    # A case may have turned out to be about the reader's unit since it was drawn.
    items = [_re_review(one) for one in found["items"] if sees(actor, case_of(cases[one["case_id"]]))]
    return {"items": items, "next_cursor": found["next_cursor"]}


def decide_re_review(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """Records the judgement; ``inadequate`` has the case handled anew, with every guard to be satisfied again.

    ``Forbidden`` for whoever had a part in the handling, ``WrongState`` once it is decided.
    """
    actor = signed_in(call)

    def effect(session: ClientSession | None) -> Document:
        return _decide(store, request, actor, call, session) if session else store.transaction(effect)

    return store.once(call, request, operations.decide_re_review, effect)


def list_draws(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """A page of the draws with their figures, newest first."""
    actor = signed_in(call)
    found = store.re_reviews.draws(request["limit"], request["cursor"])
    return {"items": [_with_figures(store, one, actor) for one in found["items"]], "next_cursor": found["next_cursor"]}


def get_draw(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """One draw: how it was drawn, and how the re-reviews stand by unit."""
    actor = signed_in(call)
    document = store.re_reviews.draw(request["draw_id"])
    if document is None:
        raise NotFound("re_review_draw")
    return _with_figures(store, document, actor)


def _population(store: TasksStore, request: Mapping[str, Any]) -> dict[str, list[str]]:
    """The cases closed in the period by the unit that handled them; "" = none did."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    after, through = end_of(request["closed_from"] - _DAY), end_of(request["closed_to"])
    for case in store.re_reviews.closed_cases(after, through):
        found[case.get("unit_id") or ""].append(case["_id"])
    return found


def _open(draw_id: str, case: Document, call: Call) -> Document:
    """The re-review of a case that was drawn; a case is in a draw once, since its id is in the re-review's."""
    return {
        "_id": f"{draw_id}.{case['_id']}",
        "draw_id": draw_id,
        "case_id": case["_id"],
        "case_number": case["number"],
        "unit_id": case.get("unit_id"),
        "excluded_unit_ids": case["excluded_unit_ids"],
        "round": case.get("round", 1),
        "drawn_at": call.now,
        "state": "open",
    }


def _decide(
    store: TasksStore, request: Mapping[str, Any], actor: Actor, call: Call, session: ClientSession
) -> Document:
    found = store.re_reviews.re_review(request["re_review_id"], session)
    if found is None:
        raise NotFound("re_review")
    document, case = visible(store.case(found["case_id"], session), actor)
    check_re_reviewer(case, actor)
    decision = request["decision"]
    entry = (
        judged_inadequate(case, found["round"], actor, call.now, request["reason"]) if decision == INADEQUATE else None
    )
    decided = store.re_reviews.decide(
        found["_id"],
        {
            "state": decision,
            "reason": request["reason"],
            "decided_at": call.now,
            "decided_by": {"id": actor.id, "name": actor.name},
            "reopened": entry is not None,
        },
        session,
    )
    if decided is None:
        raise WrongState(f"re_review.{found['state']}")
    if entry is not None:
        record(store, document, case, entry, call.now, session=session)
    return _re_review(decided)


def _re_review(document: Document) -> Document:
    return {
        "id": document["_id"],
        "draw_id": document["draw_id"],
        "case": {"id": document["case_id"], "number": document["case_number"]},
        "unit_id": document["unit_id"],
        "drawn_at": document["drawn_at"],
        "state": document["state"],
        "decided_at": document.get("decided_at"),
        "decided_by": document.get("decided_by"),
        "reason": document.get("reason"),
        "reopened": document.get("reopened", False),
    }


def _with_figures(store: TasksStore, document: Document, actor: Actor) -> Document:
    hidden = store.re_reviews.hidden_cases(document["_id"], scope_to_list(actor).not_about, actor.id)
    return _draw(document, store.re_reviews.tally(document["_id"], hidden), actor)


def _draw(document: Document, tally: list[tuple[str | None, str, int]], actor: Actor) -> Document:
    """How many cases a unit closed is for the supervision group alone: it would tell a leader of hidden cases."""
    everything = SUPERVISOR in actor.roles
    counts: defaultdict[str | None, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for unit_id, state, count in tally:
        counts[unit_id][state] += count
    closed = {one["unit_id"]: one["count"] for one in document["closed"]} if everything else {}
    return {
        "id": document["_id"],
        **{name: document[name] for name in ("closed_from", "closed_to", "percent", "count", "seed")},
        "drawn_at": document["drawn_at"],
        "drawn_by": document["drawn_by"],
        "population": sum(closed.values()) if everything else None,
        "drawn": sum(sum(states.values()) for states in counts.values()),
        "units": [
            {"unit_id": unit_id, "closed": closed.get(unit_id), **_figures(states)}
            for unit_id, states in sorted(counts.items(), key=lambda one: one[0] or "")
        ],
    }


def _figures(states: Mapping[str, int]) -> Document:
    decided = states[ADEQUATE] + states[INADEQUATE]
    return {
        "drawn": decided + states["open"],
        "open": states["open"],
        "adequate": states[ADEQUATE],
        "inadequate": states[INADEQUATE],
        "adequate_share": round(states[ADEQUATE] / decided, 4) if decided else None,
    }
