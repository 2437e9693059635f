"""How an action changes a case: ``apply`` is the only way, so the history replays to the same case."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from services.tasks.model import (
    case_clocks,
    extending,
    hands,
    oversight,
    related,
    rounds,
    sending,
    supervision,
    work,
)
from services.tasks.model.case import Case, Entry
from services.tasks.model.transitions import BY_ACTION, FORMER, OPEN_PART, OPENING, Transition


def replay(case: Case, history: Iterable[Entry]) -> Case:
    """The case that a freshly opened ``case`` becomes by the entries after its opening."""
    for entry in history:
        if entry.action not in (OPENING.action, OPEN_PART.action):
            case = apply(case, entry)
    return case


def apply(case: Case, entry: Entry) -> Case:
    """The case after ``entry``: by the row of the table, and by what the action itself records."""
    row = BY_ACTION[entry.action]
    moved = replace(
        case,
        state=entry.to_state,
        resume_to=case.state if row.pauses else None if row.resumes else case.resume_to,
        reporter_state=reporter_state(case, row),
        clocks=case_clocks.moved(case, row, entry.at, _ref(entry)),
    )
    effect = _EFFECTS.get(entry.action)
    return effect(moved, entry) if effect else moved


def target(case: Case, row: Transition) -> str:
    """The state that this row leads to from where the case is."""
    if row.target == FORMER:
        return case.resume_to or case.state
    return row.target or case.state


def reporter_state(case: Case, row: Transition) -> str:
    """What the reporter sees after this row; resumed and extended cases look as they did before the
    suspension.
    """
    if row.tell is None:
        return case.reporter_state
    untouched = case.handler_id is None and row.tell.reporter_state == "in_progress" and row.action != "assign"
    return "accepted" if untouched else row.tell.reporter_state


def _ref(entry: Entry) -> str | None:
    """Which clock the action is about, where several of one rule may run: that of the request it names."""
    return str(entry.details["request"]) if "request" in entry.details else None


# What is about two subjects.


def _separate(case: Case, entry: Entry) -> Case:
    return related.separate(rounds.reopen(case, entry), entry)


def _take_back(case: Case, entry: Entry) -> Case:
    return sending.take_back(rounds.reopen(case, entry), entry)


def _record_assistance(case: Case, entry: Entry) -> Case:
    return sending.record_assistance(work.investigated_by(case, entry), entry)


def _supervise(case: Case, entry: Entry) -> Case:
    """By the system as a time limit is long past, or by somebody's order."""
    if "stages" in entry.details:
        return oversight.reach(case, entry)
    return supervision.order(case, entry)


_EFFECTS: dict[str, Callable[[Case, Entry], Case]] = {
    "accept": work.accept,
    "assign": hands.assign,
    "reassign": hands.reassign,
    "start": work.investigated_by,
    "return": hands.leave,
    "record_step": work.record_step,
    "add_evidence": work.add_evidence,
    "withdraw_evidence": work.withdraw_evidence,
    "transfer": sending.transfer,
    "acknowledge_transfer": sending.acknowledge_transfer,
    "take_back": _take_back,
    "request_assistance": sending.request_assistance,
    "record_assistance": _record_assistance,
    "withdraw_assistance": sending.withdraw_assistance,
    "record_finding": work.record_finding,
    "record_disposition": work.record_disposition,
    "conclude": work.conclude,
    "tell_result": work.tell_result,
    "confirm_adequate": work.confirm,
    "close": work.close,
    "extend": extending.extend,
    "ask_extension": extending.ask,
    "approve_extension": extending.extend,
    "refuse_extension": extending.refuse,
    "remind": oversight.reach,
    "urge": oversight.reach,
    "supervise": _supervise,
    "escalate": oversight.reach,
    "answer_supervision": supervision.answer,
    "re_examine": rounds.re_examine,
    "record_rating": rounds.record_rating,
    "reopen": rounds.reopen,
    "re_review_inadequate": rounds.reopen,
    "keep_from": related.keep_from,
    "send_back": work.send_back,
    "object": hands.object_to,
    "insist": hands.assign,
    "join": related.join,
    "unjoin": related.unjoin,
    "exclude": related.exclude,
    "exclude_handler": hands.exclude_handler,
    "merge": related.merge,
    "separate": _separate,
    "absorb": related.absorb,
    "let_go": related.let_go,
    "follow": related.follow,
    "split": related.split,
    "note_part": related.note_part,
}
