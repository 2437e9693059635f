"""The life of a case, as a table: what can be done in which state, by whom, and what follows from it.

The code only interprets this table; docs/case-states.md is generated from it, and the property tests walk it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.tasks.model.rules import ABOVE

# States.
REGISTERED = "registered"
ACCEPTED = "accepted"
ASSIGNED = "assigned"
INVESTIGATING = "investigating"
FINDINGS = "findings"
DISPOSITION = "disposition"
FEEDBACK = "feedback"
SUSPENDED = "suspended"
RETURNED = "returned"
REFUSED = "refused"
TRANSFERRED = "transferred"
CLOSED = "closed"

# Final until somebody reopens them with a reason, or the reporter is not satisfied with what was closed.
FINAL = frozenset({REFUSED, TRANSFERRED, CLOSED})

# A target that is not a state of its own: where the case was before it was suspended.
FORMER = "former"

# Roles, as contracts/roles.py names them. A handler acts on own cases only, whatever the action.
HANDLER = "handler"
DESK = "desk"
SUPERVISOR = "supervisor"
LEADER = "leader"

_WORK = (ASSIGNED, INVESTIGATING, FINDINGS, DISPOSITION)


@dataclass(frozen=True)
class Tell:
    """What the reporter sees from now on, and the sentence that says so (gateway/texts/tasks.py).

    ``text_code`` may name a field of the action in braces. ``above``: the sentence instead, where the level above
    handles the case.
    """

    reporter_state: str
    text_code: str
    above: str | None = None


@dataclass(frozen=True)
class Transition:
    """One row. ``target`` None = the state stays.

    ``needs``: fields that must come with the action. Clocks, by the code of their rule: ``starts`` those
    that apply to the case, ``meets`` what was due is done, ``drops`` no longer due, ``runs_on`` the latest of
    them was not done after all. ``pauses`` / ``resumes``: all clocks whose rule allows it. ``guards``: those
    that must be satisfied. ``new_round``: it is handled anew, so nothing found, decided or confirmed before
    counts. ``newcomers_only``: nobody who investigated, decided or reviewed before a re-examination may take
    it in the re-examination or after. Every action emits tasks.case_progressed.v1.
    """

    action: str
    zh: str
    sources: tuple[str, ...]
    target: str | None
    roles: frozenset[str]
    needs: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    meets: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()
    runs_on: tuple[str, ...] = ()
    pauses: bool = False
    resumes: bool = False
    guards: tuple[str, ...] = ()
    tell: Tell | None = None
    new_round: bool = False
    newcomers_only: bool = False


_ACCEPTANCE = ("register_and_route", "tell_acceptance", "tell_acceptance_named", "forward_above")
_RESULT = ("tell_result_named",)
_HANDLE = ("handle",)
_REVIEW = ("re_examine",)
_ANSWER = ("transfer_acknowledged",)
_ASSISTANCE = ("assist",)
_IN_HAND = _HANDLE + _REVIEW
_CONCLUDING = ("investigated", "clear", "handled")
GUARDS = (*_CONCLUDING, "adequate")

# What the system itself does when a report, a clue or an old file comes in.
OPENING = Transition(
    "open", "登记", (), REGISTERED, frozenset(),
    starts=_ACCEPTANCE, tell=Tell("registered", "case.registered", above="case.registered_for_above"),
)  # fmt: skip

# 《信访工作条例》第三十五条: whoever is not satisfied with the result may have it reviewed, and is answered within 30
# days. What the system does when a reporter says so, once in the life of a case.
RE_EXAMINE = Transition(
    "re_examine", "复查", (FEEDBACK, CLOSED), ACCEPTED, frozenset(), starts=_REVIEW, drops=_RESULT,
    tell=Tell("accepted", "case.re_examined"), new_round=True,
)  # fmt: skip

# What the system does with every other rating: it is put on record, whatever the state.
RECORD_RATING = Transition("record_rating", "记录评价", (), None, frozenset())

# What the system does when a report turns out to be about further units: the case is hidden from them, in any state.
KEEP_FROM = Transition("keep_from", "回避", (), None, frozenset())

TABLE: tuple[Transition, ...] = (
    Transition(
        "accept", "受理", (REGISTERED,), ACCEPTED, frozenset({DESK}),
        meets=_ACCEPTANCE, starts=_HANDLE, tell=Tell("accepted", "case.accepted"),
    ),
    Transition(
        "refuse", "不予受理", (REGISTERED,), REFUSED, frozenset({DESK}), needs=("ground", "reason"),
        meets=_ACCEPTANCE, tell=Tell("not_accepted", "case.refused.{ground}"),
    ),
    Transition(
        "transfer", "转办", (REGISTERED, ACCEPTED, RETURNED), TRANSFERRED, frozenset({DESK, SUPERVISOR}),
        needs=("body", "reason"), meets=_ACCEPTANCE, drops=_IN_HAND + _ASSISTANCE, starts=_ANSWER,
        tell=Tell("transferred", "case.transferred", above="case.sent_above"),
    ),
    Transition(
        "acknowledge_transfer", "签收", (TRANSFERRED,), None, frozenset({DESK, SUPERVISOR}),
        needs=("answered_on", "reason"), meets=_ANSWER,
    ),
    Transition(
        "take_back", "退回重办", (TRANSFERRED,), REGISTERED, frozenset({DESK, SUPERVISOR}), needs=("reason",),
        meets=_ANSWER, starts=_ACCEPTANCE, new_round=True,
        tell=Tell("registered", "case.taken_back", above="case.registered_for_above"),
    ),
    Transition(
        "assign", "交办", (ACCEPTED, RETURNED), ASSIGNED, frozenset({DESK}), needs=("handler_id",),
        tell=Tell("in_progress", "case.assigned"),
    ),
    Transition(
        "reassign", "改派", _WORK, None, frozenset({DESK}), needs=("handler_id", "reason"),
    ),
    Transition(
        "start", "开始调查", (ASSIGNED,), INVESTIGATING, frozenset({HANDLER}),
        tell=Tell("in_progress", "case.investigating"), newcomers_only=True,
    ),
    Transition(
        "return", "退回", (ASSIGNED, INVESTIGATING), RETURNED, frozenset({HANDLER}), needs=("reason",),
    ),
    Transition(
        "record_step", "记录调查", (INVESTIGATING,), None, frozenset({HANDLER}), needs=("what",),
        newcomers_only=True,
    ),
    Transition(
        "request_assistance", "协查", (ACCEPTED, RETURNED, *_WORK), None, frozenset({HANDLER, DESK}),
        needs=("what", "reason"), starts=_ASSISTANCE,
    ),
    Transition(
        "record_assistance", "记录协查结果", (ACCEPTED, RETURNED, *_WORK, SUSPENDED), None, frozenset({HANDLER, DESK}),
        needs=("request", "what"), meets=_ASSISTANCE, newcomers_only=True,
    ),
    Transition(
        "withdraw_assistance", "撤回协查", (ACCEPTED, RETURNED, *_WORK, SUSPENDED), None, frozenset({HANDLER, DESK}),
        needs=("request", "reason"), drops=_ASSISTANCE,
    ),
    Transition(
        "record_finding", "认定", (INVESTIGATING, FINDINGS), FINDINGS, frozenset({HANDLER}),
        needs=("allegation", "outcome", "reason"), newcomers_only=True,
    ),
    Transition(
        "record_disposition", "处理", (FINDINGS, DISPOSITION), DISPOSITION, frozenset({HANDLER, DESK}),
        needs=("allegation", "measure", "reason"), newcomers_only=True,
    ),
    Transition(
        "investigate_further", "补充调查", (FINDINGS, DISPOSITION), INVESTIGATING, frozenset({HANDLER}),
        needs=("reason",), newcomers_only=True,
    ),
    Transition(
        "conclude", "办结", (FINDINGS, DISPOSITION), FEEDBACK, frozenset({HANDLER}), guards=_CONCLUDING,
        meets=_IN_HAND, starts=_RESULT, tell=Tell("handled", "case.concluded"), newcomers_only=True,
    ),
    Transition(
        "tell_result", "反馈", (FEEDBACK,), None, frozenset({HANDLER, DESK}),
        meets=_RESULT, tell=Tell("handled", "case.result_told"),
    ),
    Transition(
        "confirm_adequate", "复核通过", (FEEDBACK,), None, frozenset({DESK, SUPERVISOR, LEADER}),
        needs=("reason",), newcomers_only=True,
    ),
    Transition(
        "send_back", "复核退回", (FEEDBACK,), INVESTIGATING, frozenset({DESK, SUPERVISOR, LEADER}),
        needs=("reason",), runs_on=_IN_HAND, drops=_RESULT,
        tell=Tell("in_progress", "case.investigating_further"), newcomers_only=True,
    ),
    Transition(
        "close", "销号", (FEEDBACK,), CLOSED, frozenset({DESK}), guards=GUARDS,
        tell=Tell("closed", "case.closed"),
    ),
    Transition(
        "suspend", "中止", (ACCEPTED, RETURNED, *_WORK), SUSPENDED, frozenset({DESK}), needs=("reason",),
        pauses=True, tell=Tell("suspended", "case.suspended"),
    ),
    Transition(
        "resume", "恢复", (SUSPENDED,), FORMER, frozenset({DESK}),
        resumes=True, tell=Tell("in_progress", "case.resumed"),
    ),
    Transition(
        "extend", "延长办理期限", (ACCEPTED, RETURNED, *_WORK), None, frozenset({DESK, LEADER}),
        needs=("days", "approver_id", "reason"), tell=Tell("in_progress", "case.extended.{ground}"),
    ),
    Transition(
        "reopen", "重新办理", (CLOSED, REFUSED, TRANSFERRED), REGISTERED, frozenset({DESK, SUPERVISOR}),
        needs=("reason",), starts=_ACCEPTANCE, drops=_ANSWER, tell=Tell("registered", "case.reopened"),
        new_round=True,
    ),
)  # fmt: skip

# All rows: what people do, and what the system does by itself.
ROWS = (OPENING, *TABLE, RE_EXAMINE, RECORD_RATING, KEEP_FROM)
BY_ACTION = {row.action: row for row in ROWS}
STATES = tuple(
    dict.fromkeys(state for row in ROWS for state in (*row.sources, row.target) if state not in (None, FORMER))
)


def text_code(row: Transition, route: str, details: Mapping[str, Any]) -> str | None:
    """The sentence that the reporter of a case on this route reads after this row, if there is one."""
    if row.tell is None:
        return None
    code = row.tell.above if route == ABOVE and row.tell.above else row.tell.text_code
    return code.format_map(details)


def possible(state: str, roles: frozenset[str]) -> list[str]:
    """The actions that the table allows these roles in this state, in the order of the table."""
    return [row.action for row in TABLE if state in row.sources and roles & row.roles]


def transition_table_markdown() -> str:
    """docs/case-states.md: the table for people, and the same as a diagram."""
    lines = [
        "# The life of a case",
        "",
        "Written by `transition_table_markdown()` of `services/tasks/model/transitions.py`; a test compares it.",
        "",
        "A handler acts on own cases only. Nobody acts on, or sees, a case about a unit that they belong to.",
        "A case about the head of the bureau is hidden from the whole bureau: the supervision group alone sees it, and",
        "hands it on to the level above (`transfer`) within five working days (`forward_above`).",
        "After `re_examine`, nobody who investigated, decided or reviewed before it may be given the case, nor take an",
        "action with ¹.",
        "",
        "| Action | 操作 | From | To | Who | Needs | Guards | Clocks | The reporter sees |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [_row(row) for row in ROWS]
    lines += ["", "```mermaid", "stateDiagram-v2", f"    [*] --> {REGISTERED}"]
    lines += [
        f"    {source} --> {row.target}: {row.action}"
        for row in ROWS
        for source in row.sources
        if row.target not in (None, FORMER, source)
    ]
    lines += [f"    {SUSPENDED} --> {source}: resume" for source in BY_ACTION["suspend"].sources]
    lines += ["```", ""]
    return "\n".join(lines)


def _row(row: Transition) -> str:
    clocks = [f"{verb} {', '.join(codes)}" for verb, codes in _clock_effects(row) if codes]
    target = row.target or "(stays)"
    cells = (
        f"`{row.action}`{'¹' if row.newcomers_only else ''}",
        row.zh,
        ", ".join(row.sources) or ("(new)" if row is OPENING else "(any)"),
        "where it was before" if target == FORMER else target,
        ", ".join(sorted(row.roles)) or "the system",
        ", ".join(row.needs) or "–",
        ", ".join(row.guards) or "–",
        "; ".join(clocks) or "–",
        row.tell.reporter_state if row.tell else "–",
    )
    return f"| {' | '.join(cells)} |"


def _clock_effects(row: Transition) -> list[tuple[str, tuple[str, ...]]]:
    every = ("all that can",)
    return [
        ("starts", row.starts),
        ("meets", row.meets),
        ("drops", row.drops),
        ("runs on", row.runs_on),
        ("pauses", every if row.pauses else ()),
        ("resumes", every if row.resumes else ()),
    ]
