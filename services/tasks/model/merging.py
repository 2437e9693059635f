"""Merging 并案: several cases about one matter, handled as one, with every reporter told all that happens.

The cases that were merged follow the leading one. Each step of it that their reporters may know of is written to them
too, so that every receipt stays alive; who handles the leading case reads every report and answers every reporter.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from services.tasks.model import clocks
from services.tasks.model.applying import target
from services.tasks.model.case import Case, Entry
from services.tasks.model.clocks import Clock
from services.tasks.model.ending import outcome
from services.tasks.model.refusals import invalid
from services.tasks.model.related import TIME_LIMITS
from services.tasks.model.telling import RE_EXAMINED_FOR_ANOTHER, said
from services.tasks.model.transitions import (
    ABSORB,
    ACCEPTANCE,
    EXCLUDE_HANDLER,
    FEEDBACK,
    FOLLOW,
    IN_HAND,
    LET_GO,
    MAY_LEAD,
    RE_EXAMINE,
    REGISTERED,
)

# So many cases at most follow one: each of its steps is written to all of them at once.
MOST_FOLLOWERS = 200


def check_merge(case: Case, leading: Case | None) -> Case:
    """The leading case, if this one may be merged into it; ``Invalid``. None: there is none that the person may see."""
    if leading is None:
        raise invalid("into", "cases.no_such_case")
    if leading.id == case.id:
        raise invalid("into", "cases.merge_into_itself")
    if leading.state not in MAY_LEAD:
        raise invalid("into", "cases.cannot_lead")
    if leading.route != case.route:
        raise invalid("into", "cases.other_route")
    # Whoever was told that the report is accepted is not sent back to waiting for that.
    if leading.state == REGISTERED and case.state != REGISTERED:
        raise invalid("into", "cases.accept_leading_first")
    if len(leading.followers) + 1 + len(case.followers) > MOST_FOLLOWERS:
        raise invalid("into", "cases.leads_too_many", most=MOST_FOLLOWERS)
    return leading


def absorb(leading: Case, case: Case, merge: Entry) -> Entry:
    """The entry by which the leading case takes over this one, by the hand that merges it."""
    count = len(leading.allegations)
    moving = [(case.id, [count + number for number in case.own], case.reporter_mode if case.reported else None)]
    moving += [(one.case_id, [count + n for n in one.allegations], one.reporter_mode) for one in case.followers]
    details: dict[str, Any] = {
        "case_id": case.id,
        "number": case.number,
        "followers": [{"case_id": id, "allegations": asked, "reporter_mode": mode} for id, asked, mode in moving],
        "allegations": list(case.allegations),
        "moved": [count + number for number in case.moved],
        "findings": [[count + number, found] for number, found in case.findings],
        "dispositions": [[count + number, measure] for number, measure in case.dispositions],
        "steps": case.steps,
        "evidence": case.evidence,
        "investigators": sorted(case.investigators),
        "deciders": sorted(case.deciders),
        "reviewers": sorted(case.reviewers),
        "predecessors": sorted(case.predecessors),
        "excluded_unit_ids": list(case.excluded_unit_ids),
        "excluded_person_ids": list(case.excluded_person_ids),
        TIME_LIMITS: _taken(leading, case, merge.at),
        "orders": _open_orders(case),
    }
    return replace(merge, action=ABSORB.action, from_state=leading.state, to_state=leading.state, details=details)


def handed_back(leading: Case, merge: Entry) -> Entry | None:
    """The entry by which the leading case leaves its handler, where what it took over keeps that handler out."""
    if leading.handler_id not in leading.excluded_person_ids:
        return None
    return replace(
        merge,
        action=EXCLUDE_HANDLER.action,
        from_state=leading.state,
        to_state=target(leading, EXCLUDE_HANDLER),
        details={"person_ids": [leading.handler_id]},
    )


def merged(merge: Entry, leading: Case) -> Entry:
    """The decided entry with what the case needs to know of the one that leads it now."""
    return replace(merge, details={**_state_of(leading), "accepted": leading.state != REGISTERED})


def follow(case: Case, leading: Case, cause: Entry, rated_by: str | None = None) -> Entry | None:
    """What ``cause`` on the leading case means for one that follows it; None when nothing that its reporter, or a
    reader of its report, depends on. ``rated_by``: the case whose reporter's rating was the cause.
    """
    code = said(leading, cause)
    if cause.action == RE_EXAMINE.action:
        code = RE_EXAMINE.tell.text_code if rated_by == case.id and RE_EXAMINE.tell else RE_EXAMINED_FOR_ANOTHER
    state = _state_of(leading)
    if code is None and _is_known(case, state):
        return None
    details = {**state, "action": cause.action, "concluded": cause.action == "conclude", "text_code": code}
    return Entry(FOLLOW.action, cause.at, None, None, case.state, case.state, details=details)


def let_go(leading: Case, case: Case, separate: Entry) -> Entry:
    """The entry by which the leading case gives up one that is separated."""
    asked = next((one.allegations for one in leading.followers if one.case_id == case.id), ())
    details = {"case_id": case.id, "number": case.number, "allegations": list(asked)}
    return replace(separate, action=LET_GO.action, from_state=leading.state, to_state=leading.state, details=details)


def separated(separate: Entry, leading: Case) -> Entry:
    """The decided entry with those who worked on the case while it was merged."""
    details = {
        "from": leading.id,
        "investigators": sorted(leading.investigators),
        "deciders": sorted(leading.deciders),
    }
    return replace(separate, details=details)


def re_examined_for(leading: Case, case: Case, at: datetime) -> Entry | None:
    """The entry by which the leading case is examined again because the reporter of this one is not satisfied: once, as
    if its own had rated.
    """
    if leading.re_examined or leading.state not in RE_EXAMINE.sources:
        return None
    state = target(leading, RE_EXAMINE)
    return Entry(RE_EXAMINE.action, at, None, None, leading.state, state, details={"of": case.id})


def _taken(leading: Case, case: Case, at: datetime) -> list[Clock]:
    """The clocks of the case that run on in the leading one, of its round: of what is not met by merging, and of what
    was met too early.
    """
    rules = ACCEPTANCE if leading.state == REGISTERED else IN_HAND
    mine = [clock for clock in case.clocks if clock.rule in rules and clock.round == case.round]
    if case.state == FEEDBACK and mine:
        mine = [*mine[:-1], clocks.run_on(mine[-1])]
    running = [clocks.resume(clock, at) for clock in mine if clock.ended_at is None]
    return [replace(clock, round=leading.round) for clock in running]


def _open_orders(case: Case) -> list[dict[str, Any]]:
    """The orders to account for the case that nobody has answered: the handler of the leading case answers them."""
    return [
        {"at": order.at.isoformat(), "by_id": order.by_id, "due_on": order.due_on.isoformat() if order.due_on else None}
        for order in case.supervisions
        if order.answered_at is None
    ]


def _state_of(leading: Case) -> dict[str, Any]:
    """What the cases that follow have as the leading one has it."""
    return {
        "into": leading.id,
        "reporter_state": leading.reporter_state,
        "handler_id": leading.handler_id,
        "unit_id": leading.unit_id,
        "joint_handler_ids": list(leading.joint_handler_ids),
        "excluded_unit_ids": list(leading.excluded_unit_ids),
        "excluded_person_ids": list(leading.excluded_person_ids),
        "result_told": leading.result_told,
        "re_examination": leading.re_examination,
        TIME_LIMITS: _for_reporters(leading),
        "outcome": outcome(leading),
    }


def _is_known(case: Case, state: dict[str, Any]) -> bool:
    """Whether the case has all this already; the clocks as its reporter knows them."""
    known = {
        "into": case.merged_into,
        "reporter_state": case.reporter_state,
        "handler_id": case.handler_id,
        "unit_id": case.unit_id,
        "joint_handler_ids": list(case.joint_handler_ids),
        "result_told": case.result_told,
        "re_examination": case.re_examination,
        TIME_LIMITS: list(case.told_clocks),
        "outcome": case.led_outcome,
    }
    kept_out = {*case.excluded_unit_ids, *case.excluded_person_ids}
    keeping_out = {*state["excluded_unit_ids"], *state["excluded_person_ids"]}
    return keeping_out <= kept_out and all(state[name] == value for name, value in known.items())


def _for_reporters(leading: Case) -> list[Clock]:
    of_the_round = [clock for clock in leading.clocks if clock.round == leading.round]
    return [replace(clock, told=None) for clock in of_the_round if clocks.rule_under(clock).counts]
