"""Clues taken up by hand: a case that nobody reported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chassis import ids
from contracts.call import Call
from contracts.tasks import operations
from services.tasks.handlers.exclusion import staff_of
from services.tasks.handlers.opening import opening_of
from services.tasks.handlers.reading import representation, signed_in
from services.tasks.model import clues as rules
from services.tasks.model.calendar import local_day
from services.tasks.store import TasksStore

Document = dict[str, Any]


def open_clue(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """Opens the case and answers it; ``Forbidden`` for somebody of a unit that is concerned, ``Invalid`` where so many
    must keep out that nobody is left.
    """
    actor = signed_in(call)

    def effect(session: Any) -> Document:
        [number] = store.numbers.take(local_day(call.now).year, 1)
        staff = staff_of(store, session) if request["excluded_person_ids"] else ()
        case, opening = rules.open_clue(
            id=ids.new_id(), number=number, at=call.now, person=actor, staff=staff, **request
        )
        document, event = opening_of(case, opening)
        kept = store.aggregates("cases").insert(document, [event], session)
        return representation(kept, actor, call.now)

    return store.once(call, request, operations.open_clue, effect)
