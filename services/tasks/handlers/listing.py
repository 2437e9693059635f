"""The list of cases that a reader may know of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.call import Call
from services.tasks.handlers.reading import representation, scope_to_list, signed_in
from services.tasks.store import TasksStore

Document = dict[str, Any]

_FILTERS = {"state": "state", "category": "category", "handler_id": "handler_id", "unit_id": "unit_id",
            "source": "source.kind"}  # fmt: skip


def list_cases(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """A page of the cases that the caller may know of."""
    actor = signed_in(call)
    scope = scope_to_list(actor)
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
    items = [representation(document, actor, call.now) for document in found["items"]]
    return {"items": items, "next_cursor": found["next_cursor"]}
