"""What staff are told of without asking, as a table: what happened, in words, and who is to know.

A notice names the case by its number and says what kind of thing happened, nothing of what the case is about. Nobody is
told of a case that they may not know of, neither when the notice is made nor when it is shown or mailed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.tasks.model.case import Case, Entry
from services.tasks.model.conflict import concerned, handlers_of, reads_details, sees
from services.tasks.model.rules import ABOVE
from services.tasks.model.transitions import DESK, HANDLER, LEADER, SUPERVISOR

# As contracts/roles.py names it: decides who may learn a reporter's identity, and never sees the case file.
CUSTODIAN = "custodian"


@dataclass(frozen=True)
class Kind:
    """One row. ``to``: roles, of which ``handler`` means the handler of the case; none: whoever the cause names.

    ``or_desk``: the desk where the case has no handler. ``urgent``: may be mailed at once where the person wants it.
    ``discreet``: about something that a member of the public did, of which no more than the hour is kept: its mail
    waits for the full hour, because mail servers keep the minute.
    """

    code: str
    zh: str
    en: str
    to: frozenset[str] = frozenset()
    or_desk: bool = False
    urgent: bool = False
    discreet: bool = False


_HANDLER = frozenset({HANDLER})
_DESK = frozenset({DESK})

TABLE = (
    Kind("assigned", "交办", "Assigned to you", _HANDLER),
    Kind("reassigned", "改派", "Reassigned to you", _HANDLER),
    Kind("joined", "联合办理", "To be handled jointly", _HANDLER),
    Kind("returned", "退回", "Without a handler again", _DESK),
    Kind("objected", "异议", "Objected to by the handler", _DESK),
    Kind("sent_back", "复核退回", "Sent back after review", _HANDLER),
    Kind("concluded", "办结待复核", "Concluded, to be reviewed", frozenset({DESK, LEADER})),
    Kind("closed", "销号", "Closed", _HANDLER),
    Kind("re_examined", "复查待交办", "To be re-examined", _DESK, discreet=True),
    Kind("reopened", "重新办理", "Begun anew", _DESK),
    Kind("message", "举报人来信", "Message from the reporter", _HANDLER, or_desk=True, discreet=True),
    Kind("remind", "提醒", "Reminder of a time limit", _HANDLER),
    Kind("urge", "催办", "Time limit reached", _HANDLER),
    Kind("supervise", "督办", "Supervised", _HANDLER),
    Kind("escalate", "提级", "Overdue, escalated", _HANDLER, urgent=True),
    Kind("supervision_answered", "督办已答复", "Supervision answered"),
    Kind("extension_asked", "延期待审批", "Extension to decide"),
    Kind("extension_decided", "延期已审批", "Extension decided", _HANDLER),
    Kind("identity_asked", "身份查阅待审批", "Identity request to decide", frozenset({CUSTODIAN})),
    Kind("identity_decided", "身份查阅已审批", "Identity request decided"),
)
KINDS = {kind.code: kind for kind in TABLE}
URGENT = tuple(kind.code for kind in TABLE if kind.urgent)

# Which actions on a case are told of, and as what. An opening is not: the desk gets a count in its digest.
BY_ACTION = {
    "assign": "assigned",
    "insist": "assigned",
    "reassign": "reassigned",
    "join": "joined",
    "return": "returned",
    "object": "objected",
    "send_back": "sent_back",
    "conclude": "concluded",
    "close": "closed",
    "exclude_handler": "returned",
    "re_examine": "re_examined",
    "reopen": "reopened",
    "re_review_inadequate": "reopened",
    "supervise": "supervise",
    "answer_supervision": "supervision_answered",
    "ask_extension": "extension_asked",
    "extend": "extension_decided",
    "approve_extension": "extension_decided",
    "refuse_extension": "extension_decided",
}
_AT_ONCE = timedelta(minutes=1)
# Of these the clocks tell by an event of their own, where nobody did it.
_BY_CLOCKS = frozenset({"supervise"})


@dataclass(frozen=True)
class Recipient:
    """Somebody of the directory, as ``conflict.Person`` wants them."""

    id: str
    roles: frozenset[str]
    unit_path: tuple[str, ...]
    name: str = ""


@dataclass(frozen=True)
class Cause:
    """Something that happened to a case, once: ``id`` is the same however often it is told of.

    ``by_id``: who did it and need not be told. ``person_ids`` and ``roles``: who is to know; of the role ``handler``
    those are named in ``person_ids``. ``of_file``: only those may know of it who read the file, because it would tell
    others whether the report was signed.
    """

    id: str
    kind: str
    at: datetime
    by_id: str | None = None
    person_ids: tuple[str, ...] = ()
    roles: frozenset[str] = frozenset()
    of_file: bool = False


def of_action(entry: Entry, after: Case, id: str) -> Cause | None:
    """What is to be told of an action that made the case what it is; None when nothing is."""
    code = BY_ACTION.get(entry.action)
    if code is None or (entry.action in _BY_CLOCKS and entry.by_id is None):
        return None
    named = _named(entry, after)
    if named is not None:
        return Cause(id, code, entry.at, entry.by_id, named)
    return of_kind(code, after, id, entry.at, by_id=entry.by_id)


def _named(entry: Entry, after: Case) -> tuple[str, ...] | None:
    """Whom the action itself is for; None where the table says it."""
    if HANDLER in KINDS[BY_ACTION[entry.action]].to and "handler_id" in entry.details:
        # Given to one person: whoever handles it jointly learns nothing new.
        return (entry.details["handler_id"],)
    if entry.action == "ask_extension":
        return (entry.details["approver_id"],)
    if entry.action == "answer_supervision":
        order = after.supervisions[entry.details["order"] - 1]
        return (order.by_id,) if order.by_id else ()
    return None


def of_kind(
    code: str, case: Case, id: str, at: datetime, *, by_id: str | None = None, to: Iterable[str] | None = None
) -> Cause:
    """A cause of this kind for those whom the table names, or, where the event says it, for the roles ``to``."""
    kind = KINDS[code]
    roles = frozenset(kind.to if to is None else to)
    handlers = handlers_of(case) if HANDLER in roles else ()
    others = roles - {HANDLER}
    if kind.or_desk and not handlers:
        others |= {DESK}
    return Cause(id, code, at, by_id, handlers, others)


def for_leaders_of(cause: Cause, unit_path: Iterable[str], leaders: Iterable[Recipient]) -> Cause:
    """The cause for the leaders of this unit and of those above it alone; for all of them where there is none such."""
    path = set(unit_path)
    above = tuple(leader.id for leader in leaders if leader.unit_path and leader.unit_path[-1] in path)
    if not above:
        return cause
    return replace(cause, person_ids=(*cause.person_ids, *above), roles=cause.roles - {LEADER})


def recipients(cause: Cause, people: Iterable[Recipient], case: Case) -> list[Recipient]:
    """Those of these people who are told: named or by role, not who did it, and nobody who may not know."""
    return [
        person
        for person in people
        if person.id != cause.by_id
        and (person.id in cause.person_ids or cause.roles & person.roles)
        and may_be_told(cause.kind, person, case, of_file=cause.of_file)
    ]


def may_be_told(code: str, person: Recipient, case: Case, *, of_file: bool = False) -> bool:
    """Whether the person may know of the case now, as far as such a notice tells of it.

    A custodian knows for which case identity is asked for and sees nothing else of it; the conflict rule holds for them
    as for everybody.
    """
    if KINDS[code].to == {CUSTODIAN}:
        in_conflict = case.route == ABOVE or concerned(case.excluded_unit_ids, person.unit_path)
        return CUSTODIAN in person.roles and not in_conflict and person.id not in case.excluded_person_ids
    return sees(person, case) and (not of_file or reads_details(person, case))


def mail_from(code: str, at: datetime, now: datetime) -> datetime:
    """From when on the notice may be mailed: of what is discreet not before the hour is over.

    ``at``: when it happened. What is told at once is as if told then.
    """
    if not KINDS[code].discreet:
        return at if now - _AT_ONCE <= at <= now else now
    return max(at, now).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


# Who has notices at all.
TOLD = frozenset({HANDLER, DESK, LEADER, SUPERVISOR, CUSTODIAN})
