"""Supervision by order 督办: somebody above wants account of a case; its handler answers before the case is closed.

``order`` and ``answer`` take the case after its row of the table, and the entry, as the effects of ``applying.apply``
do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from services.tasks.model.calendar import local_day
from services.tasks.model.refusals import invalid

if TYPE_CHECKING:
    from services.tasks.model.case import Case, Entry


@dataclass(frozen=True)
class Supervision:
    """The order ``number`` (from 1) of a case, given by ``by_id``; ``due_on``: the day by which it wants its answer.
    ``answered_at`` None = it is open.
    """

    number: int
    at: datetime
    by_id: str | None
    due_on: date | None = None
    answered_at: datetime | None = None


def order(case: Case, entry: Entry) -> Case:
    """One order more."""
    due_on = entry.details.get("due_on")
    number = len(case.supervisions) + 1
    given = Supervision(number, entry.at, entry.by_id, date.fromisoformat(due_on) if due_on else None)
    return replace(case, supervisions=(*case.supervisions, given))


def answer(case: Case, entry: Entry) -> Case:
    """The order that the entry names is answered."""
    number = entry.details["order"]
    orders = tuple(replace(one, answered_at=entry.at) if one.number == number else one for one in case.supervisions)
    return replace(case, supervisions=orders)


def open_orders(orders: tuple[Supervision, ...]) -> list[int]:
    """The numbers of those that wait for an answer, the oldest first."""
    return [one.number for one in orders if one.answered_at is None]


def check_order(fields: Mapping[str, Any], at: datetime) -> None:
    """Raises ``Invalid`` when an answer is wanted by a day that is past."""
    if "due_on" in fields and fields["due_on"] < local_day(at):
        raise invalid("due_on", "cases.day_past")


def check_answer(orders: tuple[Supervision, ...], fields: Mapping[str, Any]) -> None:
    """Raises ``Invalid`` when no such order waits for an answer."""
    if "order" in fields and fields["order"] not in open_orders(orders):
        raise invalid("order", "cases.no_such_order")
