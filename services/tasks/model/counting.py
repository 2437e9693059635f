"""How cases are counted: what each counts as, the tables that are kept of all of them, and figures made from these.

A *table* counts all cases, those of one unit, or of one person who handles them. Cases that somebody is kept from are
counted a second time, in a table of their own beside it; what a reader may know of is all less what they are kept from.
A case that changed since the tables were brought up to date is taken out as what it was counted as, and put in as what
it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from services.tasks.model.listing import Reader, Wanted

By = Literal["state", "category", "unit", "handler", "source", "overdue"]
Kind = Literal["all", "unit", "handler"]
Key = str | None

# Whom a case on the route ``above`` is kept from, and the beginning of one person that it is kept from; units are
# told by their ids, which have no colon in front.
NOT_ABOVE = ":above"
PERSON = ":person:"


@dataclass(frozen=True)
class Tally:
    """What a case counts as. ``kept_from``: units and others who may not know of it, as ``Reader`` is told by
    ``told_by``.
    """

    state: str
    category: str
    source: str
    unit_id: str | None
    handler_ids: tuple[str, ...]
    kept_from: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """A table: of all cases, of a unit or person (None: without one), and, if any, of whom its cases are kept from."""

    kind: Kind
    owner: str | None
    kept_from: tuple[str, ...] | None = None


class Cell(NamedTuple):
    """A row of a table; a count over all people reads tens of thousands."""

    state: str
    category: str
    source: str
    unit_id: str | None


@dataclass(frozen=True)
class Table:
    """The rows of a place."""

    place: Place
    cells: Mapping[Cell, int]


Changes = Iterable[tuple[Tally | None, Tally | None]]


def told_by(reader: Reader) -> tuple[str, ...]:
    """By which marks in ``kept_from`` a case is kept from this reader."""
    marks = (*reader.not_about, f"{PERSON}{reader.person_id}")
    return marks if reader.sees_above else (*marks, NOT_ABOVE)


def rows_of(tally: Tally) -> Iterator[tuple[Place, Cell]]:
    """Where a case is counted."""
    cell = Cell(tally.state, tally.category, tally.source, tally.unit_id)
    yield from _with_hidden(Place("all", None), cell._replace(unit_id=None), tally)
    for kind, owner in (("unit", tally.unit_id), *(("handler", person) for person in tally.handler_ids or (None,))):
        yield from _with_hidden(Place(kind, owner), cell, tally)  # type: ignore[arg-type]


def _with_hidden(place: Place, cell: Cell, tally: Tally) -> Iterator[tuple[Place, Cell]]:
    yield place, cell
    if tally.kept_from:
        yield replace(place, kept_from=tally.kept_from), cell


def differences(changes: Changes) -> dict[Place, Counter[Cell]]:
    """By how much each row grows or shrinks by cases that were counted as the first and are the second now."""
    grown: dict[Place, Counter[Cell]] = {}
    for before, now in changes:
        if before == now:
            continue
        for tally, by in ((before, -1), (now, 1)):
            for place, cell in rows_of(tally) if tally else ():
                grown.setdefault(place, Counter())[cell] += by
    return grown


def figures(
    by: By, kind: Kind, wanted: Wanted, reader: Reader, tables: Iterable[Table], changes: Changes
) -> Counter[Key]:
    """How many of the wanted cases the reader may know of, for each value of ``by``, from the tables of this kind and
    what has changed since.

    ``wanted``: no filters but state, category, source, unit and, of the tables by handler, the handler.
    """
    marks = frozenset(told_by(reader))
    found: Counter[Key] = Counter()
    moved = [Table(place, cells) for place, cells in differences(changes).items()]
    for table in (*tables, *moved):
        sign = _sign(table.place, marks)
        if table.place.kind != kind or not sign or not _is_owner(table.place, wanted):
            continue
        for cell, count in table.cells.items():
            if _is_wanted(cell, wanted):
                found[_key(by, table.place, cell)] += sign * count
    return Counter({key: count for key, count in found.items() if count})


def _sign(place: Place, marks: Collection[str]) -> int:
    if place.kept_from is None:
        return 1
    return -1 if any(mark in marks for mark in place.kept_from) else 0


def _is_owner(place: Place, wanted: Wanted) -> bool:
    owners = {"all": None, "unit": wanted.unit_id, "handler": wanted.handler_id}
    owner = owners[place.kind]
    return owner is None or place.owner == owner


def _is_wanted(cell: Cell, wanted: Wanted) -> bool:
    return (
        (not wanted.states or cell.state in wanted.states)
        and wanted.category in (None, cell.category)
        and wanted.source in (None, cell.source)
        and wanted.unit_id in (None, cell.unit_id)
    )


def _key(by: By, place: Place, cell: Cell) -> Key:
    if by == "handler":
        return place.owner
    values = {"state": cell.state, "category": cell.category, "source": cell.source, "unit": cell.unit_id}
    return values[by]
