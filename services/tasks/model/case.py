"""A case, and how an action changes it: ``apply`` is the only way, so the history replays to the same
case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from services.tasks.model import clocks, extending, related, sending, supervision
from services.tasks.model.clocks import Clock, Extension, Told
from services.tasks.model.dispatch import Assistance, Transfer
from services.tasks.model.extending import ExtensionRequest
from services.tasks.model.related import Follower, Part
from services.tasks.model.rules import BUREAU
from services.tasks.model.supervision import Supervision
from services.tasks.model.transitions import BY_ACTION, FORMER, OPEN_PART, OPENING, Transition


@dataclass(frozen=True)
class Entry:
    """One line of the history: who did what, when, from which state to which, and why.

    ``by_id`` None = the system. ``details``: the other fields of the action; what ``apply`` needs is all
    in here.
    """

    action: str
    at: datetime
    by_id: str | None
    by_name: str | None
    from_state: str | None
    to_state: str
    why: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """The tracked handling of one report, mined clue or old file.

    Texts of steps, findings and dispositions stay in the history; the case itself keeps what its guards
    ask for: ``findings`` and ``dispositions`` map the number of an allegation (from 1) to outcome and
    measure, ``steps`` and ``evidence`` count. ``resume_to`` is the state before a suspension.
    ``reporter_mode`` is None where nobody reported. ``excluded_unit_ids``: units concerned, which must
    never see it.

    ``round`` counts how often it was taken in hand, ``results`` how often it was concluded. ``re_examination``:
    this round was asked for by a reporter who was not satisfied; ``re_examined``: there was such a round.
    ``reviewers`` are those of this round, ``predecessors`` everybody who investigated, decided or reviewed before
    the re-examination. ``route``: ``above`` when the level above handles it. ``rating``: the number of the reporter's
    last rating, and whether it was satisfied.

    ``items``: how many items of evidence were ever recorded, those struck out among them; the last has this number.
    ``level``: how high it has risen as its time limits ran out (0 handler, 1 desk, 2 leader, 3 supervision group), in
    this round. ``supervisions``: every order to account for it. ``extension_request``: one that is not decided yet.

    ``transfer``: the last one. ``assistance``: all requests for it, answered or not. ``closed_at``: when it was last
    closed.

    ``merged_into``: the case that leads this one; ``told_clocks`` and ``led_outcome`` are that one's then, for the
    reporter of this one. ``followers``: the cases that this one leads. ``split_from``: the case that this is a part of;
    its reporter hears from that one. ``parts``: what was split off. ``moved``: numbers of allegations that are asked in
    another case. ``joint_handler_ids``: further handlers. ``excluded_person_ids``: people who must never see it.
    ``objection``: the handler who objected to having it, and their unit, until the desk has decided.
    """

    id: str
    number: str
    category: str
    source_kind: str
    source_id: str
    opened_at: datetime
    reporter_mode: str | None = None
    excluded_unit_ids: tuple[str, ...] = ()
    state: str = OPENING.target or ""
    reporter_state: str = "registered"
    resume_to: str | None = None
    handler_id: str | None = None
    unit_id: str | None = None
    allegations: tuple[str, ...] = ()
    clocks: tuple[Clock, ...] = ()
    steps: int = 0
    evidence: int = 0
    investigators: frozenset[str] = frozenset()
    deciders: frozenset[str] = frozenset()
    findings: tuple[tuple[int, str], ...] = ()
    dispositions: tuple[tuple[int, str], ...] = ()
    reviewer_id: str | None = None
    result_told: bool = False
    round: int = 1
    results: int = 0
    re_examination: bool = False
    re_examined: bool = False
    reviewers: frozenset[str] = frozenset()
    predecessors: frozenset[str] = frozenset()
    rating: tuple[int, bool] | None = None
    route: str = BUREAU
    items: int = 0
    level: int = 0
    supervisions: tuple[Supervision, ...] = ()
    extension_request: ExtensionRequest | None = None
    transfer: Transfer | None = None
    assistance: tuple[Assistance, ...] = ()
    closed_at: datetime | None = None
    merged_into: str | None = None
    told_clocks: tuple[Clock, ...] = ()
    led_outcome: str | None = None
    followers: tuple[Follower, ...] = ()
    split_from: str | None = None
    parts: tuple[Part, ...] = ()
    moved: tuple[int, ...] = ()
    joint_handler_ids: tuple[str, ...] = ()
    excluded_person_ids: tuple[str, ...] = ()
    objection: tuple[str, str] | None = None
    version: int = field(default=1, compare=False)

    @property
    def named(self) -> bool:
        """Whether somebody who reported it, or what was merged into it, gave their name; of a part, the whole tells."""
        own = self.reporter_mode == "named" and self.split_from is None
        return own or any(follower.reporter_mode == "named" for follower in self.followers)

    @property
    def reported(self) -> bool:
        """Whether somebody who reported it, or what was merged into it, is told its result."""
        own = self.source_kind == "report" and self.split_from is None
        return own or any(follower.reporter_mode is not None for follower in self.followers)

    @property
    def asked(self) -> list[int]:
        """The numbers of the allegations that are answered in this very case."""
        return [number for number in range(1, len(self.allegations) + 1) if number not in self.moved]

    @property
    def own(self) -> list[int]:
        """Those of them that this case brought itself; there is always one."""
        of_followers = {number for one in self.followers for number in one.allegations}
        return [number for number in self.asked if number not in of_followers]


def opened(
    *,
    id: str,
    number: str,
    category: str,
    source_kind: str,
    source_id: str,
    at: datetime,
    reporter_mode: str | None = None,
    excluded_unit_ids: Iterable[str] = (),
    route: str = BUREAU,
) -> Case:
    """A new case with its first clocks running from ``at``; one allegation, named by the category, until
    accepted.
    """
    case = Case(
        id=id,
        number=number,
        category=category,
        source_kind=source_kind,
        source_id=source_id,
        opened_at=at,
        reporter_mode=reporter_mode,
        excluded_unit_ids=tuple(excluded_unit_ids),
        allegations=(category,),
        route=route,
    )
    return replace(case, clocks=_move_clocks(case, OPENING, at))


def opened_alike(case: Case, *, id: str, number: str, category: str, excluded_unit_ids: Iterable[str]) -> Case:
    """What ``opened`` gives for another source of the same kind at the same moment; its id is the source's."""
    return replace(
        case,
        id=id,
        number=number,
        category=category,
        source_id=id,
        excluded_unit_ids=tuple(excluded_unit_ids),
        allegations=(category,),
    )


def opening_entry(case: Case) -> Entry:
    """The first line of its history."""
    return Entry(OPENING.action, case.opened_at, None, None, None, case.state)


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
        clocks=_move_clocks(case, row, entry.at, _ref(entry)),
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


def _move_clocks(case: Case, row: Transition, at: datetime, ref: str | None = None) -> tuple[Clock, ...]:
    kept = [clock for clock in case.clocks if clock.ended_at or not _is_about(clock, row.drops, ref)]
    moved = [_move_clock(clock, row, at, ref) for clock in kept]
    number = case.round + 1 if row.new_round else case.round
    source = "report" if case.reported else case.source_kind
    started = [clocks.start(code, at, source, case.named, number, case.route, ref) for code in row.starts]
    return (*_latest_runs_on(moved, row), *(clock for clock in started if clock))


def _is_about(clock: Clock, codes: tuple[str, ...], ref: str | None) -> bool:
    return clock.rule in codes and (ref is None or clock.ref == ref)


def _move_clock(clock: Clock, row: Transition, at: datetime, ref: str | None) -> Clock:
    if _is_about(clock, row.meets, ref):
        return clocks.meet(clock, at)
    if row.pauses:
        return clocks.pause(clock, at)
    if row.resumes:
        return clocks.resume(clock, at)
    return clock


def _latest_runs_on(moved: list[Clock], row: Transition) -> list[Clock]:
    latest = max((index for index, clock in enumerate(moved) if clock.rule in row.runs_on), default=None)
    if latest is not None:
        moved[latest] = clocks.run_on(moved[latest])
    return moved


# What single actions record beyond the table.


def _accept(case: Case, entry: Entry) -> Case:
    given = entry.details.get("allegations")
    return replace(case, allegations=related.named_anew(case, given)) if given else case


def _assign(case: Case, entry: Entry) -> Case:
    handler_id = entry.details["handler_id"]
    joint = tuple(one for one in case.joint_handler_ids if one != handler_id)
    return replace(
        case, handler_id=handler_id, unit_id=entry.details["unit_id"], joint_handler_ids=joint, objection=None
    )


def _leave(case: Case, _entry: Entry) -> Case:
    return replace(case, handler_id=None, unit_id=None, joint_handler_ids=(), objection=None)


def _object(case: Case, entry: Entry) -> Case:
    objection = (case.handler_id, case.unit_id) if case.handler_id and case.unit_id else None
    return replace(_leave(case, entry), objection=objection)


def _exclude_handler(case: Case, entry: Entry) -> Case:
    return _leave(related.exclude(case, entry), entry)


def _separate(case: Case, entry: Entry) -> Case:
    return related.separate(_reopen(case, entry), entry)


def _record_step(case: Case, entry: Entry) -> Case:
    evidence = case.evidence + len(entry.details.get("evidence") or ())
    return replace(_investigated_by(case, entry), steps=case.steps + 1, evidence=evidence)


def _add_evidence(case: Case, entry: Entry) -> Case:
    return replace(_investigated_by(case, entry), evidence=case.evidence + 1, items=entry.details["item"])


def _withdraw_evidence(case: Case, entry: Entry) -> Case:
    """It counts no more; what was recorded before this round has not counted in it."""
    counted = entry.details["round"] == case.round
    return replace(_investigated_by(case, entry), evidence=case.evidence - counted)


def _record_finding(case: Case, entry: Entry) -> Case:
    number = entry.details["allegation"]
    findings = _with(case.findings, number, entry.details["outcome"])
    dispositions = tuple(pair for pair in case.dispositions if pair[0] != number)
    return replace(_investigated_by(case, entry), findings=findings, dispositions=dispositions)


def _record_disposition(case: Case, entry: Entry) -> Case:
    dispositions = _with(case.dispositions, entry.details["allegation"], entry.details["measure"])
    return replace(_decided_by(case, entry), dispositions=dispositions)


def _take_back(case: Case, entry: Entry) -> Case:
    return sending.take_back(_reopen(case, entry), entry)


def _record_assistance(case: Case, entry: Entry) -> Case:
    return sending.record_assistance(_investigated_by(case, entry), entry)


def _close(case: Case, entry: Entry) -> Case:
    return replace(case, closed_at=entry.at)


def _conclude(case: Case, entry: Entry) -> Case:
    return replace(_decided_by(case, entry), reviewer_id=None, result_told=False, results=case.results + 1)


def _tell_result(case: Case, _entry: Entry) -> Case:
    return replace(case, result_told=True)


def _confirm(case: Case, entry: Entry) -> Case:
    return replace(_reviewed_by(case, entry), reviewer_id=entry.by_id)


def _extend(case: Case, entry: Entry) -> Case:
    details = entry.details
    extension = Extension(details["days"], details["approver_id"], entry.at, details.get("ground", "complex"))
    extended = tuple(replace(clock, extension=extension) if is_extendable(clock) else clock for clock in case.clocks)
    return replace(case, clocks=extended, extension_request=None)


def _ask_extension(case: Case, entry: Entry) -> Case:
    return replace(case, extension_request=extending.asked(entry.details, entry.by_id, entry.at))


def _refuse_extension(case: Case, _entry: Entry) -> Case:
    return replace(case, extension_request=None)


def _reach_stage(case: Case, entry: Entry) -> Case:
    """By the system: how far oversight has got with these clocks."""
    stages = {(one["rule"], one["ref"], one["round"]): one["stage"] for one in entry.details["stages"]}
    told = tuple(
        replace(clock, told=Told(stages[about], entry.at))
        if clock.ended_at is None and (about := (clock.rule, clock.ref, clock.round)) in stages
        else clock
        for clock in case.clocks
    )
    return replace(case, clocks=told, level=max(case.level, entry.details["level"]))


def _supervise(case: Case, entry: Entry) -> Case:
    """By the system as a time limit is long past, or by somebody's order."""
    if "stages" in entry.details:
        return _reach_stage(case, entry)
    orders = supervision.ordered(case.supervisions, entry.details, entry.by_id, entry.at)
    return replace(case, supervisions=orders)


def _answer_supervision(case: Case, entry: Entry) -> Case:
    return replace(case, supervisions=supervision.answered(case.supervisions, entry.details["order"], entry.at))


def _reopen(case: Case, entry: Entry) -> Case:
    """A new round: every guard must be satisfied anew; who worked on it before stays known."""
    return replace(
        _leave(case, entry),
        steps=0,
        evidence=0,
        findings=(),
        dispositions=(),
        reviewer_id=None,
        reviewers=frozenset(),
        result_told=False,
        round=case.round + 1,
        re_examination=False,
        level=0,
        extension_request=None,
    )


def _re_examine(case: Case, entry: Entry) -> Case:
    """A new round in other hands."""
    before = case.predecessors | case.investigators | case.deciders | case.reviewers
    anew = replace(_reopen(case, entry), re_examination=True, re_examined=True, predecessors=before)
    return _record_rating(anew, entry) if "number" in entry.details else anew


def _record_rating(case: Case, entry: Entry) -> Case:
    return replace(case, rating=(entry.details["number"], entry.details["satisfied"]))


def _send_back(case: Case, entry: Entry) -> Case:
    return replace(_reviewed_by(case, entry), reviewer_id=None)


def is_extendable(clock: Clock) -> bool:
    """Whether this clock still waits for what is due, and may be, and has not been, extended."""
    return clock.ended_at is None and clock.extension is None and clocks.rule_under(clock).extension > 0


def _investigated_by(case: Case, entry: Entry) -> Case:
    return replace(case, investigators=case.investigators | ({entry.by_id} if entry.by_id else set()))


def _decided_by(case: Case, entry: Entry) -> Case:
    return replace(case, deciders=case.deciders | ({entry.by_id} if entry.by_id else set()))


def _reviewed_by(case: Case, entry: Entry) -> Case:
    return replace(case, reviewers=case.reviewers | ({entry.by_id} if entry.by_id else set()))


def _with(pairs: tuple[tuple[int, str], ...], number: int, value: str) -> tuple[tuple[int, str], ...]:
    return tuple(sorted({**dict(pairs), number: value}.items()))


def _keep_from(case: Case, entry: Entry) -> Case:
    return replace(case, excluded_unit_ids=tuple(dict.fromkeys((*case.excluded_unit_ids, *entry.details["unit_ids"]))))


_EFFECTS: dict[str, Callable[[Case, Entry], Case]] = {
    "accept": _accept,
    "assign": _assign,
    "reassign": _assign,
    "start": _investigated_by,
    "return": _leave,
    "record_step": _record_step,
    "add_evidence": _add_evidence,
    "withdraw_evidence": _withdraw_evidence,
    "transfer": sending.transfer,
    "acknowledge_transfer": sending.acknowledge_transfer,
    "take_back": _take_back,
    "request_assistance": sending.request_assistance,
    "record_assistance": _record_assistance,
    "withdraw_assistance": sending.withdraw_assistance,
    "record_finding": _record_finding,
    "record_disposition": _record_disposition,
    "conclude": _conclude,
    "tell_result": _tell_result,
    "confirm_adequate": _confirm,
    "close": _close,
    "extend": _extend,
    "ask_extension": _ask_extension,
    "approve_extension": _extend,
    "refuse_extension": _refuse_extension,
    "remind": _reach_stage,
    "urge": _reach_stage,
    "supervise": _supervise,
    "escalate": _reach_stage,
    "answer_supervision": _answer_supervision,
    "re_examine": _re_examine,
    "record_rating": _record_rating,
    "reopen": _reopen,
    "re_review_inadequate": _reopen,
    "keep_from": _keep_from,
    "send_back": _send_back,
    "object": _object,
    "insist": _assign,
    "join": related.join,
    "unjoin": related.unjoin,
    "exclude": related.exclude,
    "exclude_handler": _exclude_handler,
    "merge": related.merge,
    "separate": _separate,
    "absorb": related.absorb,
    "let_go": related.let_go,
    "follow": related.follow,
    "split": related.split,
    "note_part": related.note_part,
}
