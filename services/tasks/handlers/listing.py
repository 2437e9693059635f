"""The list of cases that a reader may know of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chassis.refusals import Forbidden
from contracts.call import Actor, Call
from services.tasks.handlers.reading import representation, signed_in
from services.tasks.model.listing import Reader, Wanted, order_of, reader_of
from services.tasks.store import TasksStore

Document = dict[str, Any]

_FILTERS = (
    "category", "source", "unit_id", "unassigned", "handler_id", "overdue", "opened_from", "opened_to", "number",
)  # fmt: skip


def list_cases(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """A page of the cases that the caller may know of; ``Forbidden`` when no role of theirs gives any."""
    actor = signed_in(call)
    reader, wanted = reader_from(actor), wanted_from(request)
    order = order_of(wanted, request.get("sort"))
    found = store.cases(wanted, reader, order, call.now, request["limit"], request["cursor"])
    items = [representation(document, actor, call.now) for document in found["items"]]
    return {"items": items, "next_cursor": found["next_cursor"]}


def reader_from(actor: Actor) -> Reader:
    """The actor as a reader of lists; ``Forbidden`` when no role gives any."""
    reader = reader_of(actor)
    if reader is None:
        raise Forbidden()
    return reader


def wanted_from(request: Mapping[str, Any]) -> Wanted:
    """The filters of a request."""
    return Wanted(tuple(request.get("state", ())), **{name: request[name] for name in _FILTERS if name in request})
