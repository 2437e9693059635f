"""Cases: opened by reports, listed, read, and acted on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from chassis.refusals import Forbidden, Invalid, NotFound, Stale
from contracts.call import Actor, Call
from contracts.event import Draft, Received
from contracts.tasks import operations
from services.tasks.documents import case_of, colleague_of, new_case_document
from services.tasks.handlers import progress
from services.tasks.handlers.correspondence import reply_awaited
from services.tasks.handlers.recording import record
from services.tasks.holidays import CALENDAR
from services.tasks.model import clocks, guards
from services.tasks.model.calendar import local_day
from services.tasks.model.case import Case, opened, opening_entry
from services.tasks.model.conflict import Scope, reads_details, scope_of, sees
from services.tasks.model.decisions import Action, allowed_actions, decide
from services.tasks.store import TasksStore

Document = dict[str, Any]

# How often an action is decided anew when somebody else's came between; only if the client named no version.
_TRIES = 3

_FILTERS = {"state": "state", "category": "category", "handler_id": "handler_id", "unit_id": "unit_id",
            "source": "source.kind"}  # fmt: skip
_NOT_OF_THE_ACTION = ("case_id", "action", "expected_version")


def open_cases(store: TasksStore, events: Sequence[Received]) -> None:
    """Opens one case for each report; one that was opened before stays as it is. Suggestions open none.

    The case has the id of its report, so the same report can never open two.
    """
    by_year: defaultdict[int, list[Received]] = defaultdict(list)
    for event in events:
        if event.data["kind"] == "report":
            by_year[local_day(event.data["received_at"]).year].append(event)
    for year, reports in by_year.items():
        numbers = store.numbers.take(year, len(reports))
        store.add_cases(_opening(event, number) for event, number in zip(reports, numbers, strict=True))


def list_cases(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """A page of the cases that the caller may know of."""
    actor = _signed_in(call)
    scope = _scope(actor)
    wanted = {column: request[name] for name, column in _FILTERS.items() if name in request}
    if scope.handler_id is not None:
        if wanted.get("handler_id", scope.handler_id) != scope.handler_id:
            return {"items": [], "next_cursor": None}
        wanted["handler_id"] = scope.handler_id
    found = store.cases(
        wanted,
        hidden_from=scope.not_about,
        overdue=request.get("overdue"),
        now=call.now,
        limit=request["limit"],
        cursor=request["cursor"],
    )
    items = [_representation(document, actor, call.now) for document in found["items"]]
    return {"items": items, "next_cursor": found["next_cursor"]}


def get_case(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """One case; ``NotFound`` too when it is not the caller's to know of."""
    actor = _signed_in(call)
    document, _ = _visible(store.case(request["case_id"]), actor)
    return _representation(document, actor, call.now)


def read_history(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """A page of what was done, oldest first; details only for those who read the file itself."""
    actor = _signed_in(call)
    skip, limit = _position(request["cursor"]), request["limit"]
    document, case = _visible(store.case_with_history(request["case_id"], skip, limit + 1), actor)
    entries = document["history"][:limit]
    if not reads_details(actor, case):
        entries = [{**entry, "details": {}} for entry in entries]
    more = len(document["history"]) > limit
    return {"items": entries, "next_cursor": str(skip + limit) if more else None}


def act(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """Takes an action and answers the case after it; see ``decide`` for the refusals, and ``Stale``."""

    def effect(session: Any) -> Document:
        return _act(store, request, call, session)

    return store.once(call, request, operations.act_on_case, effect)


def _act(store: TasksStore, request: Mapping[str, Any], call: Call, session: Any) -> Document:
    tries = 1 if request["expected_version"] is not None or session is not None else _TRIES
    while True:
        tries -= 1
        try:
            return _act_once(store, request, call, session)
        except Stale:
            if tries == 0:
                raise


def _act_once(store: TasksStore, request: Mapping[str, Any], call: Call, session: Any) -> Document:
    actor = _signed_in(call)
    document, case = _visible(store.case(request["case_id"], session), actor)
    expected = request["expected_version"]
    if expected is not None and expected != case.version:
        raise Stale(case.version)
    fields = {name: value for name, value in request.items() if name not in _NOT_OF_THE_ACTION and value is not None}
    named = [fields[name] for name in ("handler_id", "approver_id") if name in fields]
    people = store.people(named, session) if named else {}
    colleagues = {person_id: colleague_of(person) for person_id, person in people.items()}
    entry = decide(case, Action(request["action"], fields, call.now), actor, colleagues, case.version)
    return _representation(record(store, document, case, entry, call.now, session=session), actor, call.now)


def _opening(event: Received, number: str) -> tuple[Document, Draft]:
    report = event.data
    case = opened(
        id=report["report_id"],
        number=number,
        category=report["category"],
        source_kind="report",
        source_id=report["report_id"],
        at=report["received_at"],
        reporter_mode=report["reporter_mode"],
        excluded_unit_ids=report["subject_unit_ids"],
        route=report["route"],
    )
    due = clocks.next_due_at(case.clocks, case.opened_at, CALENDAR)
    document = new_case_document(case, opening_entry(case), due)
    return document, progress.opened(case, due).following(event)


def _representation(document: Document, actor: Actor, now: datetime) -> Document:
    case = case_of(document)
    details = reads_details(actor, case)
    return {
        "id": case.id,
        "number": case.number,
        "state": case.state,
        "category": case.category,
        "source": {"kind": case.source_kind, "id": case.source_id},
        "handler_id": case.handler_id,
        "unit_id": case.unit_id,
        "clocks": list(_clocks(case, now, details)),
        "guards": guards.satisfied(case),
        "re_examination": case.re_examination,
        "satisfied": case.rating[1] if case.rating else None,
        "reply_awaited": reply_awaited(document) if details else None,
        "allowed_actions": allowed_actions(case, actor),
        "version": case.version,
    }


def _clocks(case: Case, now: datetime, details: bool) -> Iterator[Document]:
    """The clocks of the case. One that only a named reporter has would tell whether the report was signed, which is
    for the readers of the file alone.
    """
    for clock in case.clocks:
        if clocks.rule_under(clock).named_only and not details:
            continue
        yield {
            "rule": clock.rule,
            "started_at": clock.started_at,
            "due_at": clocks.due_at(clock, now, CALENDAR),
            "state": clocks.state(clock, now, CALENDAR),
        }


def _visible(document: Document | None, actor: Actor) -> tuple[Document, Case]:
    if document is not None:
        case = case_of(document)
        if sees(actor, case):
            return document, case
    raise NotFound("case")


def _scope(actor: Actor) -> Scope:
    scope = scope_of(actor)
    if scope is None:
        raise Forbidden()
    return scope


def _signed_in(call: Call) -> Actor:
    if call.actor is None:
        raise Forbidden()
    return call.actor


def _position(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 9:
        raise Invalid.field("cursor", "Not a cursor of this list.")
    return int(cursor)
