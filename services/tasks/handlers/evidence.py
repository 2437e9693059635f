"""Evidence: items recorded as actions on their case, and the custody of each, which only ever grows.

What is said of an item or an act never comes here: the reports service has kept it, sealed, and its id and digest go
into the chain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chassis import Reject, clock, inbox
from chassis.refusals import Forbidden, Invalid, NotFound, Stale
from contracts.call import Actor, Call
from contracts.event import Received
from contracts.operation import Operation
from contracts.tasks import operations
from services.tasks.evidence_documents import new_item, next_link, told
from services.tasks.handlers.reading import signed_in, visible
from services.tasks.handlers.recording import record
from services.tasks.model import custody
from services.tasks.model.case import Case
from services.tasks.model.conflict import reads_details
from services.tasks.model.custody import Act, Item, Text
from services.tasks.model.decisions import Action, decide
from services.tasks.model.refusals import EvidenceWithdrawn
from services.tasks.store import TasksStore

Document = dict[str, Any]

# How often something is decided anew when somebody else's came between.
_TRIES = 5


def add(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """Records an item: the action on the case and the item with the first link of its custody, as one.

    Raises ``NotFound``, and as ``decide`` for ``add_evidence``.
    """

    def effect(session: Any) -> Document:
        document, case, actor = _file(store, request["case_id"], call, session)
        item = Item(case.id, case.items + 1, request["kind"])
        entry = decide(case, Action("add_evidence", {"item": item.number}, call.now), actor, {}, case.version)
        first = _act(custody.RECORDED, request, call, actor)
        stored = new_item(item, case.round, first)
        record(store, document, case, entry, call.now, session=session)
        store.evidence.add(stored, session)
        return told(stored)

    return _once(store, request, call, operations.add_evidence, effect)


def list_items(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """A page of the items of a case, in order; ``NotFound``, ``Forbidden`` for those who do not read the file."""
    _file(store, request["case_id"], call)
    found = store.evidence.of_case(request["case_id"], request["limit"], request["cursor"])
    return {"items": [told(item) for item in found["items"]], "next_cursor": found["next_cursor"]}


def get_item(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """One item with its custody, which is checked; refusals as for the list."""
    _file(store, request["case_id"], call)
    return told(_item(store, request))


def record_custody(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """Adds what somebody did with the item, and answers the link; in any state of the case.

    Raises ``NotFound``, ``Forbidden``, ``Invalid`` for a moment that is still to come.
    """
    if request["at"] is not None and request["at"] > call.now:
        raise Invalid.field("at", "evidence.in_future")

    def effect(session: Any) -> Document:
        _, _, actor = _file(store, request["case_id"], call, session)
        item = _item(store, request, session)
        if len(item["custody"]) >= custody.MOST_LINKS:
            raise Forbidden("evidence.custody_full")
        return _append(store, item, _act(request["act"], request, call, actor), {}, session)

    return _once(store, request, call, operations.record_custody, effect)


def withdraw(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """Strikes the item out and answers the link that says so. It stays, with its custody, and counts no more.

    Raises ``NotFound``, ``EvidenceWithdrawn``, and as ``decide`` for ``withdraw_evidence``.
    """

    def effect(session: Any) -> Document:
        document, case, actor = _file(store, request["case_id"], call, session)
        item = _item(store, request, session)
        fields = {"item": item["number"], "round": item["round"]}
        entry = decide(case, Action("withdraw_evidence", fields, call.now), actor, {}, case.version)
        if item["state"] != custody.KEPT:
            raise EvidenceWithdrawn(item["number"])
        record(store, document, case, entry, call.now, session=session)
        struck_out = {"state": custody.STRUCK_OUT}
        return _append(store, item, _act(custody.WITHDRAWN, request, call, actor), struck_out, session)

    return _once(store, request, call, operations.withdraw_evidence, effect)


def expect_file(store: TasksStore, request: Mapping[str, Any], call: Call) -> None:
    """Whether the item may get its file from this person; whether it has one already the reports service knows.

    Raises ``NotFound``, ``Forbidden``, ``EvidenceWithdrawn``.
    """
    _file(store, request["case_id"], call)
    item = _item(store, request)
    if item["state"] != custody.KEPT:
        raise EvidenceWithdrawn(item["number"])


def attach_file(store: TasksStore, event: Received) -> None:
    """The file of an item is there: it is put on the item, with a link of its custody. Once in effect."""
    data = event.data
    file = Text(data["attachment_id"], data["digest"])
    act = Act(custody.FILE_ATTACHED, data["at"], clock.now(), data["staff_id"], "", file, ref=data["attachment_id"])
    _follow(store, data["case_id"], data["item"], act, {"file": {"id": file.id, "digest": file.digest}})


def note_opening(store: TasksStore, event: Received) -> None:
    """Somebody is about to open the file of an item: a link of its custody, one for each access."""
    data = event.data
    if data["what"] != "evidence_file":
        return
    act = Act(
        custody.FILE_OPENED,
        data["at"],
        clock.now(),
        data["actor_id"],
        "",
        ref=data["access_id"],
        copy=data["copy"],
        purpose_code=data["purpose_code"],
    )
    _follow(store, data["case_id"], data["evidence_item"], act, {})


def _follow(store: TasksStore, case_id: str, number: int, act: Act, changes: Document) -> None:
    for left in reversed(range(_TRIES)):
        item = store.evidence.get(case_id, number)
        if item is None:
            raise Reject(f"no item {number} of evidence in case {case_id}")
        if any(link["ref"] == act.ref and link["act"] == act.act for link in item["custody"]):
            inbox.count_duplicates()
            return
        try:
            _append(store, item, act, changes)
            return
        except Stale:
            if left == 0:
                raise


def _append(store: TasksStore, item: Document, act: Act, changes: Document, session: Any = None) -> Document:
    link = next_link(item, act)
    store.evidence.append(item, link, changes, session)
    return link


def _act(name: str, request: Mapping[str, Any], call: Call, actor: Actor) -> Act:
    content = request["content"]
    at = request.get("at") or call.now
    return Act(name, at, call.now, actor.id, actor.name, Text(content["id"], content["digest"]))


def _file(store: TasksStore, case_id: str, call: Call, session: Any = None) -> tuple[Document, Case, Actor]:
    """The case for those who read its file; ``NotFound``, ``Forbidden``."""
    actor = signed_in(call)
    document, case = visible(store.case(case_id, session), actor)
    if not reads_details(actor, case):
        raise Forbidden("evidence.not_your_file")
    return document, case, actor


def _item(store: TasksStore, request: Mapping[str, Any], session: Any = None) -> Document:
    item = store.evidence.get(request["case_id"], request["item"], session)
    if item is None:
        raise NotFound("evidence")
    return item


def _once(
    store: TasksStore,
    request: Mapping[str, Any],
    call: Call,
    operation: Operation,
    effect: Callable[[Any], Document],
) -> Document:
    """The effect in a transaction, once for an idempotency key; decided anew when somebody else's came between."""

    def in_transaction(session: Any) -> Document:
        return effect(session) if session is not None else store.transaction(effect)

    for left in reversed(range(_TRIES)):
        try:
            return store.once(call, request, operation, in_transaction)
        except Stale:
            if left == 0:
                raise
    raise AssertionError("the last try answers or raises")
