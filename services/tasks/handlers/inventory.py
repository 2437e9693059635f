"""How many cases are overdue, by unit and by handler: the same cases as the list of overdue cases shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from contracts.call import Call
from services.tasks.handlers.listing import reader_from
from services.tasks.handlers.reading import signed_in
from services.tasks.model.calendar import local_day
from services.tasks.store import TasksStore

Document = dict[str, Any]


def overdue_cases(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """Overdue cases that the caller may know of, counted by the clocks that the caller may know of."""
    counted = store.oversight.overdue(request["by"], reader_from(signed_in(call)), call.now)
    return {
        "items": [_figure(one, call.now) for one in counted],
        "overdue": sum(one["first"] for one in counted),
        "at": call.now,
    }


def _figure(one: Document, now: datetime) -> Document:
    return {
        "unit_id": one["_id"]["unit_id"],
        "handler_id": one["_id"].get("person_id"),
        "overdue": one["overdue"],
        "oldest_due_at": one["oldest"],
        "days": (local_day(now) - local_day(one["oldest"])).days,
    }
