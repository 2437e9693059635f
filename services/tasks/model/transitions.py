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
MERGED = "merged"

# Final until somebody reopens them with a reason, or the reporter is not satisfied with what was closed; a case that
# was merged goes the way of the leading one until somebody separates it.
FINAL = frozenset({REFUSED, TRANSFERRED, CLOSED, MERGED})

# A target that is not a state of its own: where the case was before it was suspended.
FORMER = "former"

# Roles, as contracts/roles.py names them. A handler acts on own cases only, whatever the action.
HANDLER = "handler"
DESK = "desk"
SUPERVISOR = "supervisor"
LEADER = "leader"
# No role of its own: a handler of a case that was first given to another.
JOINT = "joint handler"

_WORK = (ASSIGNED, INVESTIGATING, FINDINGS, DISPOSITION)
# Where somebody of the bureau has the case in hand.
IN_HAND_STATES = (*_WORK, FEEDBACK, SUSPENDED)
# A case that others may be merged into: in hand, and without a result.
MAY_LEAD = (REGISTERED, ACCEPTED, RETURNED, *_WORK)
NOT_FINAL = (*MAY_LEAD, FEEDBACK, SUSPENDED)

# The event that every action emits.
PROGRESSED = "tasks.case_progressed.v1"
# What the system emits instead as a time limit runs out.
STAGE_REACHED = "tasks.clock_stage_reached.v1"


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
    it in the re-examination or after. ``emits``: the types of its events.
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
    emits: tuple[str, ...] = (PROGRESSED,)


ACCEPTANCE = ("register_and_route", "tell_acceptance", "tell_acceptance_named", "forward_above", "propose_handling")
RESULT = ("tell_result_named",)
_OBJECTION = ("object",)
_HANDLE = ("handle",)
_REVIEW = ("re_examine",)
_ANSWER = ("transfer_acknowledged",)
_ASSISTANCE = ("assist",)
IN_HAND = _HANDLE + _REVIEW
_CONCLUDING = ("investigated", "clear", "handled")
GUARDS = (*_CONCLUDING, "adequate")
# Besides them: every case that was split off is over.
PARTS = "parts"

# What the system itself does when a report, a clue or an old file comes in.
OPENING = Transition(
    "open", "登记", (), REGISTERED, frozenset(),
    starts=ACCEPTANCE, tell=Tell("registered", "case.registered", above="case.registered_for_above"),
)  # fmt: skip

# 《信访工作条例》第三十五条: whoever is not satisfied with the result may have it reviewed, and is answered within 30
# days. What the system does when a reporter says so, once in the life of a case.
RE_EXAMINE = Transition(
    "re_examine", "复查", (FEEDBACK, CLOSED), ACCEPTED, frozenset(), starts=_REVIEW, drops=RESULT,
    tell=Tell("accepted", "case.re_examined"), new_round=True,
)  # fmt: skip

# What becomes of a closed case that the supervision group has drawn and found inadequately handled (sampling.py):
# beside the list of actions, since it goes with a re-review of its own collection.
RE_REVIEWED = Transition(
    "re_review_inadequate", "抽查复核不通过", (CLOSED,), REGISTERED, frozenset({SUPERVISOR}), needs=("reason",),
    starts=ACCEPTANCE, tell=Tell("registered", "case.reopened"), new_round=True,
)  # fmt: skip

# What the system does with every other rating: it is put on record, whatever the state.
RECORD_RATING = Transition("record_rating", "记录评价", (), None, frozenset())

# What the system does when a report turns out to be about further units: the case is hidden from them, in any state.
KEEP_FROM = Transition("keep_from", "回避", (), None, frozenset())

# What merging and splitting do to the other cases: the leading case takes the merged one over, and lets it go when it
# is separated; each step of the leading case that its reporters may know of is one of the merged case too; a part
# begins, and the case that it was split off learns what became of it.
ABSORB = Transition("absorb", "并入", MAY_LEAD, None, frozenset())
LET_GO = Transition("let_go", "撤销并入", (), None, frozenset())
FOLLOW = Transition("follow", "随主案办理", (MERGED,), None, frozenset())
OPEN_PART = Transition("open_part", "分案登记", (), ACCEPTED, frozenset())
NOTE_PART = Transition("note_part", "记录分案", (), None, frozenset())

# What ``exclude`` becomes where the handler is one of those who must keep out: what was concluded is not concluded.
EXCLUDE_HANDLER = Transition(
    "exclude_handler", "承办人回避", (*_WORK, FEEDBACK, SUSPENDED), RETURNED, frozenset(), runs_on=IN_HAND,
    drops=RESULT + _OBJECTION, resumes=True, tell=Tell("in_progress", "case.handed_on"),
)  # fmt: skip

# What is done to the evidence of a case, beside the list of actions: with each goes an item of its own collection.
_GATHERING = (INVESTIGATING, FINDINGS, DISPOSITION)
ON_EVIDENCE = (
    Transition(
        "add_evidence", "登记证据", _GATHERING, None, frozenset({HANDLER, JOINT}), needs=("item",), newcomers_only=True,
    ),
    Transition(
        "withdraw_evidence", "撤销证据", _GATHERING, None, frozenset({HANDLER}), needs=("item",), newcomers_only=True,
    ),
)  # fmt: skip

# The whole case leaves as a numbered bundle: in any state, since a file is asked for when it is long closed.
EXPORT = Transition(
    "export", "导出案卷", (*NOT_FINAL, REFUSED, TRANSFERRED, CLOSED, MERGED), None,
    frozenset({HANDLER, JOINT, DESK}),
)  # fmt: skip

# What the system does as a time limit runs out (oversight.py), in any state; `supervise` it records as well.
REMIND = Transition("remind", "提醒", (), None, frozenset(), emits=(STAGE_REACHED,))
URGE = Transition("urge", "催办", (), None, frozenset(), emits=(STAGE_REACHED,))
ESCALATE = Transition("escalate", "提级", (), None, frozenset(), emits=(STAGE_REACHED,))

TABLE: tuple[Transition, ...] = (
    Transition(
        "accept", "受理", (REGISTERED,), ACCEPTED, frozenset({DESK}),
        meets=ACCEPTANCE, starts=_HANDLE, tell=Tell("accepted", "case.accepted"),
    ),
    Transition(
        "refuse", "不予受理", (REGISTERED,), REFUSED, frozenset({DESK}), needs=("ground", "reason"),
        meets=ACCEPTANCE, tell=Tell("not_accepted", "case.refused.{ground}"),
    ),
    Transition(
        "transfer", "转办", (REGISTERED, ACCEPTED, RETURNED), TRANSFERRED, frozenset({DESK, SUPERVISOR}),
        needs=("body", "reason"), meets=ACCEPTANCE, drops=IN_HAND + _ASSISTANCE, starts=_ANSWER,
        tell=Tell("transferred", "case.transferred", above="case.sent_above"),
    ),
    Transition(
        "acknowledge_transfer", "签收", (TRANSFERRED,), None, frozenset({DESK, SUPERVISOR}),
        needs=("answered_on", "reason"), meets=_ANSWER,
    ),
    Transition(
        "take_back", "退回重办", (TRANSFERRED,), REGISTERED, frozenset({DESK, SUPERVISOR}), needs=("reason",),
        meets=_ANSWER, starts=ACCEPTANCE, new_round=True,
        tell=Tell("registered", "case.taken_back", above="case.registered_for_above"),
    ),
    Transition(
        "assign", "交办", (ACCEPTED, RETURNED), ASSIGNED, frozenset({DESK}), needs=("handler_id",),
        starts=_OBJECTION, tell=Tell("in_progress", "case.assigned"),
    ),
    Transition(
        "reassign", "改派", _WORK, None, frozenset({DESK}), needs=("handler_id", "reason"),
    ),
    Transition(
        "start", "开始调查", (ASSIGNED,), INVESTIGATING, frozenset({HANDLER}), drops=_OBJECTION,
        tell=Tell("in_progress", "case.investigating"), newcomers_only=True,
    ),
    Transition(
        "return", "退回", (ASSIGNED, INVESTIGATING), RETURNED, frozenset({HANDLER}), needs=("reason",),
        drops=_OBJECTION,
    ),
    # 《信访工作条例》第二十三条: a body that was wrongly given a matter objects within five working days, with reasons.
    Transition(
        "object", "异议", (ASSIGNED,), RETURNED, frozenset({HANDLER}), needs=("reason",), meets=_OBJECTION,
    ),
    Transition(
        "insist", "维持交办", (RETURNED,), ASSIGNED, frozenset({DESK}), needs=("reason",),
    ),
    Transition(
        "join", "联合办理", _WORK, None, frozenset({DESK}), needs=("handler_id", "reason"),
    ),
    Transition(
        "unjoin", "退出联合办理", (*_WORK, SUSPENDED), None, frozenset({DESK}), needs=("handler_id", "reason"),
    ),
    Transition(
        "exclude", "人员回避", (*NOT_FINAL, REFUSED, TRANSFERRED, CLOSED), None, frozenset({DESK, SUPERVISOR}),
        needs=("person_ids", "reason"),
    ),
    Transition(
        "record_step", "记录调查", (INVESTIGATING,), None, frozenset({HANDLER, JOINT}), needs=("what",),
        newcomers_only=True,
    ),
    Transition(
        "request_assistance", "协查", (ACCEPTED, RETURNED, *_WORK), None, frozenset({HANDLER, JOINT, DESK}),
        needs=("what", "reason"), starts=_ASSISTANCE,
    ),
    Transition(
        "record_assistance", "记录协查结果", (ACCEPTED, RETURNED, *_WORK, SUSPENDED), None,
        frozenset({HANDLER, JOINT, DESK}),
        needs=("request", "what"), meets=_ASSISTANCE, newcomers_only=True,
    ),
    Transition(
        "withdraw_assistance", "撤回协查", (ACCEPTED, RETURNED, *_WORK, SUSPENDED), None,
        frozenset({HANDLER, JOINT, DESK}),
        needs=("request", "reason"), drops=_ASSISTANCE,
    ),
    Transition(
        "record_finding", "认定", (INVESTIGATING, FINDINGS), FINDINGS, frozenset({HANDLER, JOINT}),
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
        meets=IN_HAND, starts=RESULT, tell=Tell("handled", "case.concluded"), newcomers_only=True,
    ),
    Transition(
        "tell_result", "反馈", (FEEDBACK,), None, frozenset({HANDLER, DESK}),
        meets=RESULT, tell=Tell("handled", "case.result_told"),
    ),
    Transition(
        "confirm_adequate", "复核通过", (FEEDBACK,), None, frozenset({DESK, SUPERVISOR, LEADER}),
        needs=("reason",), newcomers_only=True,
    ),
    Transition(
        "send_back", "复核退回", (FEEDBACK,), INVESTIGATING, frozenset({DESK, SUPERVISOR, LEADER}),
        needs=("reason",), runs_on=IN_HAND, drops=RESULT,
        tell=Tell("in_progress", "case.investigating_further"), newcomers_only=True,
    ),
    Transition(
        "close", "销号", (FEEDBACK,), CLOSED, frozenset({DESK}), guards=(*GUARDS, PARTS),
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
        "extend", "延长办理期限", (ACCEPTED, RETURNED, *_WORK), None, frozenset({LEADER}),
        needs=("days", "approver_id", "reason"), tell=Tell("in_progress", "case.extended.{ground}"),
    ),
    Transition(
        "ask_extension", "申请延期", (ACCEPTED, RETURNED, *_WORK), None, frozenset({HANDLER, DESK}),
        needs=("days", "approver_id", "reason"),
    ),
    Transition(
        "approve_extension", "批准延期", (ACCEPTED, RETURNED, *_WORK), None, frozenset({LEADER}),
        tell=Tell("in_progress", "case.extended.{ground}"),
    ),
    Transition(
        "refuse_extension", "不准延期", (ACCEPTED, RETURNED, *_WORK), None, frozenset({LEADER}), needs=("reason",),
    ),
    Transition(
        "supervise", "督办", (ACCEPTED, RETURNED, *_WORK, FEEDBACK, SUSPENDED), None,
        frozenset({DESK, LEADER, SUPERVISOR}), needs=("reason",),
    ),
    Transition(
        "answer_supervision", "答复督办", (*_WORK, FEEDBACK, SUSPENDED), None, frozenset({HANDLER}), needs=("what",),
    ),
    Transition(
        "merge", "并案", NOT_FINAL, MERGED, frozenset({DESK}), needs=("into", "reason"),
        drops=IN_HAND + RESULT + _OBJECTION, resumes=True, guards=(PARTS,), tell=Tell("in_progress", "case.merged"),
    ),
    Transition(
        "separate", "撤销并案", (MERGED,), REGISTERED, frozenset({DESK}), needs=("reason",),
        starts=ACCEPTANCE, tell=Tell("registered", "case.separated"), new_round=True,
    ),
    Transition(
        "split", "分案", (ACCEPTED, RETURNED, *_WORK), None, frozenset({DESK}),
        needs=("allegation_numbers", "reason"),
    ),
    Transition(
        "reopen", "重新办理", (CLOSED, REFUSED, TRANSFERRED), REGISTERED, frozenset({DESK, SUPERVISOR}),
        needs=("reason",), starts=ACCEPTANCE, drops=_ANSWER, tell=Tell("registered", "case.reopened"),
        new_round=True,
    ),
)  # fmt: skip

# All rows: what people do, and what the system does by itself.
ROWS = (
    OPENING, *TABLE, *ON_EVIDENCE, EXPORT, RE_EXAMINE, RE_REVIEWED, RECORD_RATING, KEEP_FROM, REMIND, URGE, ESCALATE,
    ABSORB, LET_GO, FOLLOW, OPEN_PART, NOTE_PART, EXCLUDE_HANDLER,
)  # fmt: skip
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
