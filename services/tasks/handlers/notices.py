"""Notices: made of what happened to cases, once a person and cause, and read by those whom they are for.

Actions on cases leave their cause on the case, in the write of the action itself; from there it becomes notices here.
So nothing is lost when the process ends between, an action costs no transaction, and whoever acts does not wait for
twenty people's notices. What comes by events needs no such place: the event comes again until it is done with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from chassis import clock, inbox
from chassis.refusals import NotFound
from contracts.call import Call
from contracts.event import Received
from contracts.tasks import operations
from services.tasks.documents import case_of
from services.tasks.handlers.reading import signed_in
from services.tasks.holidays import CALENDAR
from services.tasks.model.case import Case
from services.tasks.model.notices import (
    KINDS,
    URGENT,
    Cause,
    Recipient,
    for_leaders_of,
    mail_from,
    may_be_told,
    of_kind,
    recipients,
)
from services.tasks.model.quiet_hours import mail_time
from services.tasks.model.transitions import LEADER
from services.tasks.notice_documents import cause_of, notice_document, recipient_of, settings_of
from services.tasks.store import TasksStore
from services.tasks.store.notices import KEPT, WAITING

Document = dict[str, Any]
# What happened, and the document of the case that it happened to.
Told = tuple[Cause, Document]

_AT_ONCE = 100

# Of an identity request: which of its states is told, and as what.
_IDENTITY = {
    "asked": "identity_asked",
    "approved": "identity_decided",
    "refused": "identity_decided",
    "revoked": "identity_decided",
}


def make_notices(store: TasksStore, now: datetime) -> None:
    """Makes the notices of all that waits on cases. A batch that is done again after a crash changes nothing."""
    while cases := store.notices.waiting_cases(_AT_ONCE):
        waiting = [(cause_of(cause), case) for case in cases for cause in case[WAITING]]
        _tell(store, waiting, now)
        store.notices.told({case["_id"]: [cause["id"] for cause in case[WAITING]] for case in cases})


def tell_of_messages(store: TasksStore, events: Sequence[Received], now: datetime) -> None:
    """Tells the handlers, or the desk, of messages from reporters; their cases are there already.

    Where a case was merged, those who handle it now; where a part was split off, those of the part too.
    """
    written = [event for event in events if event.data["kind"] == "report" and event.data["author"] == "reporter"]
    cases = _with_related(store, {event.data["report_id"] for event in written})
    told = []
    for event in written:
        handled = _handled_in(cases[event.data["report_id"]], cases)
        parts = [cases[part.case_id] for part in case_of(handled).parts]
        for document in (handled, *(part for part in parts if part.get("handler_id"))):
            told.append((of_kind("message", case_of(document), event.id, event.time), document))
    _tell(store, told, now)


def _with_related(store: TasksStore, ids: Iterable[str]) -> dict[str, Document]:
    """These cases, those that they were merged into, and the parts of all of them, by id."""
    found: dict[str, Document] = {}
    missing = set(ids)
    while missing:
        more = store.notices.cases(missing)
        found |= more
        missing = {id for document in more.values() for id in _related(case_of(document))} - found.keys()
    return found


def _related(case: Case) -> Iterator[str]:
    if case.merged_into:
        yield case.merged_into
    yield from (part.case_id for part in case.parts)


def _handled_in(document: Document, cases: Mapping[str, Document]) -> Document:
    while into := case_of(document).merged_into:
        document = cases[into]
    return document


def tell_of_stage(store: TasksStore, event: Received, now: datetime) -> None:
    """Tells whom the event names by role that a time limit came to a stage; of leaders those above the handler."""
    stage, cases = event.data, store.notices.cases([event.data["case_id"]])
    document = cases.get(stage["case_id"])
    if document is None:
        return
    cause = of_kind(stage["stage"], case_of(document), event.id, stage["at"], to=stage["to"])
    # A time limit that only named reporters have is told under a subject of its own.
    cause = replace(cause, of_file=event.subject != stage["case_id"])
    if LEADER in cause.roles and stage["handler_id"]:
        handler = store.people([stage["handler_id"]]).get(stage["handler_id"])
        leaders = map(recipient_of, store.notices.active_with_roles([LEADER]))
        cause = for_leaders_of(cause, tuple(handler["unit_path"]) if handler else (), leaders)
    _tell(store, [(cause, document)], now)


def tell_of_identity_request(store: TasksStore, event: Received, now: datetime) -> None:
    """Tells the custodians that identity was asked for, and who asked that it was decided."""
    code = _IDENTITY.get(event.data["state"])
    document = store.notices.cases([event.data["case_id"]]).get(event.data["case_id"])
    if code is None or document is None:
        return
    to_one = (event.data["requester_id"],) if code == "identity_decided" else ()
    by_id = event.data["requester_id"] if code == "identity_asked" else None
    cause = Cause(event.id, code, event.data["at"], by_id, to_one, KINDS[code].to)
    _tell(store, [(cause, document)], now)


def list_mine(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """A page of the caller's notices, newest first, without those of cases that they may not know of any more."""
    actor = signed_in(call)
    found = store.notices.page(actor.id, request.get("unread"), request["limit"], request["cursor"])
    cases = _cases_of(store, found["items"])
    reader = Recipient(actor.id, actor.roles, actor.unit_path)
    items = [_shown(notice) for notice in found["items"] if _is_for(notice, reader, cases)]
    return {"items": items, "next_cursor": found["next_cursor"]}


def count_mine(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """How many of the caller's notices are unread, counting those that the list shows."""
    actor = signed_in(call)
    counted = store.notices.unread_by_case(actor.id)
    cases = _cases_of(store, counted)
    reader = Recipient(actor.id, actor.roles, actor.unit_path)
    return {"unread": sum(group["count"] for group in counted if _is_for(group, reader, cases))}


def read_mine(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """Marks notices as read: these, or one and all older ones; what is not the caller's stays as it is."""
    actor = signed_in(call)

    def effect(_session: Any) -> Document:
        if "up_to" in request:
            newest = store.notices.get(actor.id, request["up_to"])
            if newest is None:
                raise NotFound("notice")
            store.notices.read_up_to(newest)
        else:
            store.notices.read(actor.id, request["ids"])
        return count_mine(store, {}, call)

    return store.once(call, request, operations.read_my_notices, effect)


def visible_lines(store: TasksStore, person: Recipient, notices: Sequence[Document]) -> list[Document]:
    """Those of these notices whose cases the person may still know of."""
    cases = _cases_of(store, notices)
    return [notice for notice in notices if _is_for(notice, person, cases)]


def _tell(store: TasksStore, told: Sequence[Told], now: datetime) -> None:
    """Writes the notices that are not there yet and has their mails come due; again, in effect once."""
    people = _people(store, [cause for cause, _ in told])
    # To the hour, so that it does not tell when a reporter wrote.
    forget_at = clock.to_the_hour(clock.now()) + KEPT
    made: defaultdict[str, list[Document]] = defaultdict(list)
    for cause, document in told:
        case = case_of(document)
        earliest = mail_from(cause.kind, cause.at, now)
        for person in recipients(cause, people, case):
            made[person.id].append(notice_document(cause, case, person, earliest, forget_at))
    mailboxes = store.mailboxes.of(made)
    due = {person_id: due_at(mailboxes.get(person_id), notices) for person_id, notices in made.items()}
    for person_id, notices in made.items():
        if due[person_id] is None:
            # Whoever wants no mail now does not get this one later, either.
            for notice in notices:
                del notice["mail_from"]
    inbox.count_duplicates(store.notices.add([notice for notices in made.values() for notice in notices]))
    store.mailboxes.expect({person_id: when for person_id, when in due.items() if when is not None})


def due_at(mailbox: Document | None, unmailed: Iterable[Document]) -> datetime | None:
    """When the first mail with one of these notices leaves, as the person wants it; None when none does."""
    settings = settings_of((mailbox or {}).get("settings"))
    times = [mail_time(one["mail_from"], one["kind"] in URGENT, settings, CALENDAR) for one in unmailed]
    return min((when for when in times if when is not None), default=None)


def _people(store: TasksStore, causes: Sequence[Cause]) -> list[Recipient]:
    """Everybody active whom these causes name or mean by role, each once."""
    roles = frozenset().union(*(cause.roles for cause in causes))
    named = {person_id for cause in causes for person_id in cause.person_ids}
    found = {person["_id"]: person for person in store.notices.active_with_roles(roles)} if roles else {}
    missing = named - found.keys()
    if missing:
        found |= {id: person for id, person in store.people(missing).items() if person["active"]}
    return [recipient_of(person) for person in found.values()]


def _cases_of(store: TasksStore, notices: Iterable[Document]) -> dict[str, Any]:
    ids = {notice["case_id"] for notice in notices}
    return {id: case_of(case) for id, case in store.notices.cases(ids).items()} if ids else {}


def _is_for(notice: Document, person: Recipient, cases: Mapping[str, Any]) -> bool:
    case = cases.get(notice["case_id"])
    of_file = notice.get("of_file", False)
    return case is not None and may_be_told(notice["kind"], person, case, of_file=of_file)


def _shown(notice: Document) -> Document:
    return {**notice, "id": notice["_id"], "read": not notice.get("unread", False)}
