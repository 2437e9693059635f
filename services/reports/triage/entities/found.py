"""What is found in a text, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

PERSON = "person"
ORGANISATION = "organisation"
PLACE = "place"
MONEY = "money"
DATE = "date"
KINDS = (PERSON, ORGANISATION, PLACE, MONEY, DATE)


@dataclass(frozen=True)
class Entity:
    """A name, an amount or a day in the text.

    ``start`` and ``end`` count code points of the text that was searched. ``value``: yuan as a decimal number
    (``35000``), a day, month, week or year by ISO 8601 (``2026-03-05``, ``2026-03``, ``2026-W10``, ``2026``);
    ``None`` for names and where no value can be told. ``approximate``: the amount is the least that was meant
    ("三四千元" is 3000).
    """

    kind: str
    start: int
    end: int
    value: str | None = None
    approximate: bool = False


def without_overlaps(*ranked: Iterable[Entity]) -> list[Entity]:
    """The entities in order of place; where two overlap, the one from the earlier group, then the longer one."""
    kept: list[Entity] = []
    taken: set[int] = set()
    for group in ranked:
        for entity in sorted(group, key=lambda each: (each.start - each.end, each.start)):
            places = range(entity.start, entity.end)
            if taken.isdisjoint(places):
                kept.append(entity)
                taken.update(places)
    return sorted(kept, key=lambda each: each.start)
