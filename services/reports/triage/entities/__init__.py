"""What a text names: persons, organisations, places, amounts of money, dates, each with its place in the text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from services.reports.triage.entities import bodies, dates, money, persons
from services.reports.triage.entities.found import (
    DATE,
    KINDS,
    MONEY,
    ORGANISATION,
    PERSON,
    PLACE,
    Entity,
    without_overlaps,
)
from services.reports.triage.text import Text

__all__ = ["DATE", "KINDS", "MONEY", "ORGANISATION", "PERSON", "PLACE", "Entity", "find", "find_plain"]


def find(text: Text, received: date, given_names: Iterable[str] = (), given_units: Iterable[str] = ()) -> list[Entity]:
    """Everything that ``text`` names, in order, with places in ``text.original``.

    ``received`` is the day to which 昨天 and 去年 refer; ``given_names`` and ``given_units`` are those that the
    reporter gave as the subjects.
    """
    found = find_plain(text.plain, received, given_names, given_units)
    return [
        Entity(entity.kind, *text.span(entity.start, entity.end), entity.value, entity.approximate) for entity in found
    ]


def find_plain(
    plain: str, received: date, given_names: Iterable[str] = (), given_units: Iterable[str] = ()
) -> list[Entity]:
    """Like ``find``, with places in the plain form of a text."""
    return without_overlaps(
        dates.find(plain, received),
        money.find(plain),
        bodies.find_organisations(plain, given_units),
        persons.find(plain, given_names),
        bodies.find_places(plain),
    )
