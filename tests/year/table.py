"""What can be done with a case, as docs/case-states.md has it, written down once more by hand."""

from __future__ import annotations

from dataclasses import dataclass

WORK = ("assigned", "investigating", "findings", "disposition")
MAY_LEAD = ("registered", "accepted", "returned", *WORK)
LIVING = (*MAY_LEAD, "feedback", "suspended")
OVER = ("closed", "refused", "transferred", "merged")
_TAKEN_UP = ("accepted", "returned", *WORK)
_FIRST = ("register_and_route", "tell_acceptance", "tell_acceptance_named", "forward_above", "propose_handling")
_HELD = ("handle", "re_examine")
_GATHERING = ("investigating", "findings", "disposition")


@dataclass(frozen=True)
class Row:
    """``to`` None: it stays. ``tells``: what the reporter sees then."""

    sources: tuple[str, ...]
    to: str | None
    who: frozenset[str]
    starts: tuple[str, ...] = ()
    meets: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    tells: str | None = None
    new_round: bool = False
    newcomers: bool = False
    resumes: bool = False


def _row(sources: str | tuple[str, ...], to: str | None, who: str, **more: object) -> Row:
    states = tuple(sources.split()) if isinstance(sources, str) else sources
    return Row(states, to, frozenset(who.split()), **more)  # type: ignore[arg-type]


TABLE = {
    "accept": _row("registered", "accepted", "desk", meets=_FIRST, starts=("handle",), tells="accepted"),
    "refuse": _row("registered", "refused", "desk", meets=_FIRST, tells="not_accepted"),
    "transfer": _row(
        "registered accepted returned", "transferred", "desk supervisor",
        meets=_FIRST, drops=(*_HELD, "assist"), starts=("transfer_acknowledged",), tells="transferred",
    ),
    "acknowledge_transfer": _row("transferred", None, "desk supervisor", meets=("transfer_acknowledged",)),
    "take_back": _row(
        "transferred", "registered", "desk supervisor",
        meets=("transfer_acknowledged",), starts=_FIRST, tells="registered", new_round=True,
    ),
    "assign": _row("accepted returned", "assigned", "desk", starts=("object",), tells="in_progress"),
    "reassign": _row(WORK, None, "desk"),
    "start": _row("assigned", "investigating", "handler", drops=("object",), tells="in_progress", newcomers=True),
    "return": _row("assigned investigating", "returned", "handler", drops=("object",)),
    "object": _row("assigned", "returned", "handler", meets=("object",)),
    "insist": _row("returned", "assigned", "desk"),
    "join": _row(WORK, None, "desk"),
    "unjoin": _row((*WORK, "suspended"), None, "desk"),
    "exclude": _row((*LIVING, "refused", "transferred", "closed"), None, "desk supervisor"),
    "record_step": _row("investigating", None, "handler joint", newcomers=True),
    "request_assistance": _row(_TAKEN_UP, None, "desk handler joint", starts=("assist",)),
    "record_assistance": _row(
        (*_TAKEN_UP, "suspended"), None, "desk handler joint", meets=("assist",), newcomers=True
    ),
    "withdraw_assistance": _row((*_TAKEN_UP, "suspended"), None, "desk handler joint", drops=("assist",)),
    "record_finding": _row("investigating findings", "findings", "handler joint", newcomers=True),
    "record_disposition": _row("findings disposition", "disposition", "desk handler", newcomers=True),
    "investigate_further": _row("findings disposition", "investigating", "handler", newcomers=True),
    "conclude": _row(
        "findings disposition", "feedback", "handler",
        meets=_HELD, starts=("tell_result_named",), tells="handled", newcomers=True,
    ),
    "tell_result": _row("feedback", None, "desk handler", meets=("tell_result_named",), tells="handled"),
    "confirm_adequate": _row("feedback", None, "desk leader supervisor", newcomers=True),
    "send_back": _row(
        "feedback", "investigating", "desk leader supervisor",
        drops=("tell_result_named",), again=_HELD, tells="in_progress", newcomers=True,
    ),
    "close": _row("feedback", "closed", "desk", tells="closed"),
    "suspend": _row(_TAKEN_UP, "suspended", "desk", tells="suspended"),
    "resume": _row("suspended", "former", "desk", tells="in_progress", resumes=True),
    "extend": _row(_TAKEN_UP, None, "leader", tells="in_progress"),
    "ask_extension": _row(_TAKEN_UP, None, "desk handler"),
    "approve_extension": _row(_TAKEN_UP, None, "leader", tells="in_progress"),
    "refuse_extension": _row(_TAKEN_UP, None, "leader"),
    "supervise": _row((*_TAKEN_UP, "feedback", "suspended"), None, "desk leader supervisor"),
    "answer_supervision": _row((*WORK, "feedback", "suspended"), None, "handler"),
    "merge": _row(
        LIVING, "merged", "desk", drops=(*_HELD, "tell_result_named", "object"), tells="in_progress", resumes=True
    ),
    "separate": _row("merged", "registered", "desk", starts=_FIRST, tells="registered", new_round=True),
    "split": _row(_TAKEN_UP, None, "desk"),
    "reopen": _row(
        "closed refused transferred", "registered", "desk supervisor",
        starts=_FIRST, drops=("transfer_acknowledged",), tells="registered", new_round=True,
    ),
    # On what belongs to a case beside its list of actions.
    "add_evidence": _row(_GATHERING, None, "handler joint", newcomers=True),
    "withdraw_evidence": _row(_GATHERING, None, "handler", newcomers=True),
    "export": _row((*LIVING, *OVER), None, "handler joint desk"),
    "re_review_inadequate": _row("closed", "registered", "", starts=_FIRST, tells="registered", new_round=True),
    # By the system.
    "re_examine": _row(
        "feedback closed", "accepted", "", starts=("re_examine",), drops=("tell_result_named",), tells="accepted",
        new_round=True,
    ),
    "record_rating": _row("", None, ""),
    "keep_from": _row("", None, ""),
    "absorb": _row(MAY_LEAD, None, ""),
    "let_go": _row("", None, ""),
    "follow": _row("merged", None, ""),
    "note_part": _row("", None, ""),
    "exclude_handler": _row(
        (*WORK, "feedback", "suspended"), "returned", "", drops=("tell_result_named", "object"), again=_HELD,
        tells="in_progress", resumes=True,
    ),
}  # fmt: skip
# What leaves no line in the history: it is in the custody of an item, whatever the state.
BESIDE = {
    "record_custody": _row((*LIVING, *OVER), None, "handler joint desk"),
    "attach_file": _row((*LIVING, *OVER), None, "handler joint desk"),
}
# What has a way in of its own, which lets nobody in but those who read files.
OF_THE_FILE = (*BESIDE, "add_evidence", "withdraw_evidence", "export")
OPENING = Row((), "registered", frozenset(), starts=_FIRST, tells="registered")
