"""Cases: read, and acted on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chassis.refusals import Invalid, Stale
from contracts.call import Call
from contracts.tasks import operations
from services.tasks.documents import colleague_of
from services.tasks.handlers import dispatch, exclusion, relations
from services.tasks.handlers.changes import CaseChanged, changed_since
from services.tasks.handlers.reading import allegations, representation, run_out, signed_in, visible
from services.tasks.handlers.recording import record
from services.tasks.model.conflict import reads_details
from services.tasks.model.decisions import Action, decide, people_of
from services.tasks.model.dispatch import sends
from services.tasks.model.related import TIME_LIMITS
from services.tasks.store import TasksStore

Document = dict[str, Any]

# How often an action is decided anew when somebody else's came between; only if the client named no version.
_TRIES = 3

_NOT_OF_THE_ACTION = ("case_id", "action", "expected_version")


def get_case(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """One case; ``NotFound`` too when it is not the caller's to know of."""
    actor = signed_in(call)
    document, case = visible(store.case(request["case_id"]), actor)
    return {**representation(document, actor, call.now), "allegations": list(allegations(case, actor))}


def read_history(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """A page of what was done, oldest first; details only for those who read the file itself."""
    actor = signed_in(call)
    skip, limit = _position(request["cursor"]), request["limit"]
    document, case = visible(store.case_with_history(request["case_id"], skip, limit + 1), actor)
    details = reads_details(actor, case)
    entries = [{**entry, "details": _shown(entry) if details else {}} for entry in document["history"][:limit]]
    more = len(document["history"]) > limit
    return {"items": entries, "next_cursor": str(skip + limit) if more else None}


def _shown(entry: Document) -> Document:
    """The details that people read; clocks that one case hands to another are shown with the case itself."""
    return {name: value for name, value in entry["details"].items() if name != TIME_LIMITS}


def act(store: TasksStore, request: Mapping[str, Any], call: Call, prefix: str = dispatch.PREFIX) -> Document:
    """Takes an action and answers the case after it; see ``decide`` for the refusals, and ``Stale``.

    ``prefix``: of the document numbers of what it sends out.
    """

    def effect(session: Any) -> Document:
        if session is None and (sends(request["action"]) or relations.is_about_two(request["action"])):
            return store.transaction(effect)
        return _act(store, request, call, session, prefix)

    return store.once(call, request, operations.act_on_case, effect)


def _act(store: TasksStore, request: Mapping[str, Any], call: Call, session: Any, prefix: str) -> Document:
    tries = 1 if session is not None else _TRIES
    while True:
        tries -= 1
        try:
            return _act_once(store, request, call, session, prefix)
        except CaseChanged:
            raise
        except Stale:
            if tries == 0:
                raise


def _act_once(store: TasksStore, request: Mapping[str, Any], call: Call, session: Any, prefix: str) -> Document:
    actor = signed_in(call)
    document, case = visible(store.case(request["case_id"], session), actor)
    expected = request["expected_version"]
    if expected is not None and expected != case.version:
        raise changed_since(store, case, expected)
    fields = {name: value for name, value in request.items() if name not in _NOT_OF_THE_ACTION and value is not None}
    named = people_of(case, request["action"], fields)
    people = store.people(named, session) if named else {}
    colleagues = {person_id: colleague_of(person) for person_id, person in people.items()}
    action = Action(request["action"], fields, call.now)
    staff = exclusion.staff_of(store, session) if action.name == "exclude" else ()
    entry = decide(case, action, actor, colleagues, case.version, run_out(case, call.now), staff)
    if staff:
        exclusion.check_parts(store, case, fields["person_ids"], staff, session)
    if relations.is_about_two(entry.action):
        after = relations.take(store, document, case, entry, actor, call.now, session)
        return representation(after, actor, call.now)
    if sends(entry.action):
        entry = dispatch.numbered(store, case, entry, prefix, session)
    return representation(record(store, document, case, entry, call.now, session=session), actor, call.now)


def _position(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 9:
        raise Invalid.field("cursor", "Not a cursor of this list.")
    return int(cursor)
