"""Which cases a list is of: the filters, who reads it, in which order; and the facets by which a case is found.

A case keeps its *facets*: one text for each combination of its state, category, source and handling unit that somebody
may filter by. So a list with any of these filters is one equality, and one index in each order serves them all.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import product
from typing import Literal

from services.tasks.model.conflict import Person, scope_of
from services.tasks.model.transitions import DESK, SUPERVISOR

Order = Literal["newest", "oldest", "due", "number"]

# Nearly every case was reported: a list of those leaves the few others out as it reads, and they alone have facets by
# source, which spares every report half of its facets.
USUAL_SOURCE = "report"
_SEPARATOR, _PERSON = "|", "@"


@dataclass(frozen=True)
class Wanted:
    """Filters; None or empty = any. ``states``: one of these. ``opened_from`` inclusive, ``opened_to`` exclusive.

    ``number``: a whole case number or the beginning of one. ``overdue``: whether a clock that the reader may know of
    has run out. ``unassigned``: whether no unit has it; of overdue cases alone.
    """

    states: tuple[str, ...] = ()
    category: str | None = None
    source: str | None = None
    unit_id: str | None = None
    handler_id: str | None = None
    overdue: bool | None = None
    opened_from: datetime | None = None
    opened_to: datetime | None = None
    number: str | None = None
    unassigned: bool | None = None


@dataclass(frozen=True)
class Reader:
    """Which cases a person may know of, as ``conflict.sees`` has it for one. ``handler_id``: only those that this
    person handles, alone or jointly. ``not_about``: none about these units.

    ``knows_all_clocks``: whether those, too, that only a named reporter has; the lists of other readers go by the rest,
    or they would tell which reports were signed.
    """

    person_id: str
    handler_id: str | None
    not_about: tuple[str, ...]
    sees_above: bool
    knows_all_clocks: bool


def reader_of(person: Person) -> Reader | None:
    """The person as a reader of lists; None when no role gives any list."""
    scope = scope_of(person)
    if scope is None:
        return None
    supervisor = SUPERVISOR in person.roles
    reads_every_file = scope.handler_id is not None or (DESK in person.roles and not supervisor)
    return Reader(person.id, scope.handler_id, scope.not_about, supervisor, reads_every_file)


def order_of(wanted: Wanted, sort: Order | None) -> Order:
    """The order asked for; else what is overdue by how long, numbers by number, and all others the newest first."""
    if sort is not None:
        return sort
    if wanted.overdue:
        return "due"
    return "number" if wanted.number is not None else "newest"


def facets_of(
    state: str, category: str, source: str, unit_id: str | None, handler_ids: Collection[str]
) -> Sequence[str]:
    """The facets of a case, by each combination and by each who handles it, in this state and in any."""
    own = _combinations(state, category, None if source == USUAL_SOURCE else source, unit_id)
    if not handler_ids:
        return own
    people = [_of_person(person_id, at) for person_id in sorted(handler_ids) for at in (None, state)]
    return [*own, *people]


def facet_within(handler_id: str | None) -> str:
    """The facet of every case that this person handles, alone or jointly; of all cases for None."""
    return _of_person(handler_id, None) if handler_id else _text(None, None, None, None)


def facets_wanted(wanted: Wanted, reader: Reader) -> list[str]:
    """A case that matches has exactly one of these; what they leave open is ``left_open``."""
    person_id = reader.handler_id or wanted.handler_id
    states = wanted.states or (None,)
    if person_id is not None:
        return [_of_person(person_id, state) for state in dict.fromkeys(states)]
    source = None if wanted.source == USUAL_SOURCE else wanted.source
    return [_text(state, wanted.category, source, wanted.unit_id) for state in dict.fromkeys(states)]


def left_open(wanted: Wanted, reader: Reader) -> dict[str, str]:
    """The equalities that ``facets_wanted`` does not see to, by field of ``Wanted``.

    Among the cases of one person, a few thousand in a working life, all but the state is looked up in the case itself.
    """
    names = ["source"] if wanted.source == USUAL_SOURCE else []
    if reader.handler_id or wanted.handler_id:
        names = ["category", "source", "unit_id"]
        if wanted.handler_id != reader.handler_id and reader.handler_id:
            names.append("handler_id")
    values = {name: getattr(wanted, name) for name in names}
    return {name: value for name, value in values.items() if value is not None}


# Reports of one category and one state make most of what is written.
@lru_cache(maxsize=1024)
def _combinations(*values: str | None) -> tuple[str, ...]:
    return tuple(_text(*chosen) for chosen in product(*((None, value) if value else (None,) for value in values)))


def _text(*values: str | None) -> str:
    return _SEPARATOR.join(value or "" for value in values)


def _of_person(person_id: str, state: str | None) -> str:
    return f"{_PERSON}{person_id}{_SEPARATOR}{state or ''}"
