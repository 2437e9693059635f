"""What staff are told of without asking, as a table: what happened, in words, and who is to know.

A notice names the case by its number and says what kind of thing happened, nothing of what the case is about. Nobody is
told of a case that they may not know of, neither when the notice is made nor when it is shown or mailed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.tasks.model.case import Case, Entry
from services.tasks.model.conflict import concerned, sees
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
    Kind("returned", "退回", "Returned by the handler", _DESK),
    Kind("sent_back", "复核退回", "Sent back after review", _HANDLER),
    Kind("concluded", "办结待复核", "Concluded, to be reviewed", frozenset({DESK, LEADER})),
    Kind("closed", "销号", "Closed", _HANDLER),
    Kind("re_examined", "复查待交办", "To be re-examined", _DESK),
    Kind("message", "举报人来信", "Message from the reporter", _HANDLER, or_desk=True, discreet=True),
    Kind("remind", "提醒", "Reminder of a time limit", _HANDLER),
    Kind("urge", "催办", "Time limit reached", _HANDLER),
    Kind("supervise", "督办", "Overdue, supervised", _HANDLER),
    Kind("escalate", "提级", "Overdue, escalated", _HANDLER, urgent=True),
    Kind("identity_asked", "身份查阅待审批", "Identity request to decide", frozenset({CUSTODIAN})),
    Kind("identity_decided", "身份查阅已审批", "Identity request decided"),
)
KINDS = {kind.code: kind for kind in TABLE}
URGENT = tuple(kind.code for kind in TABLE if kind.urgent)

# Which actions on a case are told of, and as what. An opening is not: the desk gets a count in its digest.
BY_ACTION = {
    "assign": "assigned",
    "reassign": "reassigned",
    "return": "returned",
    "send_back": "sent_back",
    "conclude": "concluded",
    "close": "closed",
    "re_examine": "re_examined",
}


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
    those are named in ``person_ids``.
    """

    id: str
    kind: str
    at: datetime
    by_id: str | None = None
    person_ids: tuple[str, ...] = ()
    roles: frozenset[str] = frozenset()


def of_action(entry: Entry, after: Case, id: str) -> Cause | None:
    """What is to be told of an action that made the case what it is; None when nothing is."""
    code = BY_ACTION.get(entry.action)
    return of_kind(code, after, id, entry.at, by_id=entry.by_id) if code else None


def of_kind(
    code: str, case: Case, id: str, at: datetime, *, by_id: str | None = None, to: Iterable[str] | None = None
) -> Cause:
    """A cause of this kind for those whom the table names, or, where the event says it, for the roles ``to``."""
    kind = KINDS[code]
    roles = frozenset(kind.to if to is None else to)
    handlers = (case.handler_id,) if case.handler_id and HANDLER in roles else ()
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
        and may_be_told(cause.kind, person, case)
    ]


def may_be_told(code: str, person: Recipient, case: Case) -> bool:
    """Whether the person may know of the case now, as far as such a notice tells of it.

    A custodian knows for which case identity is asked for and sees nothing else of it; the conflict rule holds for them
    as for everybody.
    """
    if KINDS[code].to == {CUSTODIAN}:
        in_conflict = case.route == ABOVE or concerned(case.excluded_unit_ids, person.unit_path)
        return CUSTODIAN in person.roles and not in_conflict
    return sees(person, case)


def mail_from(code: str, at: datetime, now: datetime) -> datetime:
    """From when on the notice may be mailed: of what is discreet not before the hour is over."""
    if not KINDS[code].discreet:
        return now
    return max(at, now).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


# Who has notices at all.
TOLD = frozenset({HANDLER, DESK, LEADER, SUPERVISOR, CUSTODIAN})
