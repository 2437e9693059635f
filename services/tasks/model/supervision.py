"""Supervision by order 督办: somebody above wants account of a case; its handler answers before the case is closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from services.tasks.model.calendar import local_day
from services.tasks.model.refusals import invalid


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


def ordered(
    orders: tuple[Supervision, ...], details: Mapping[str, Any], by_id: str | None, at: datetime
) -> tuple[Supervision, ...]:
    """With one order more."""
    due_on = date.fromisoformat(details["due_on"]) if details.get("due_on") else None
    return (*orders, Supervision(len(orders) + 1, at, by_id, due_on))


def answered(orders: tuple[Supervision, ...], number: int, at: datetime) -> tuple[Supervision, ...]:
    """The order ``number`` is answered."""
    return tuple(replace(one, answered_at=at) if one.number == number else one for one in orders)


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
