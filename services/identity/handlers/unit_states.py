"""Telling others of units: each one's present state, once whenever it is another than the one told last.

A unit's state is put together of the unit and of the people who head it, so it can change by a write to either. The
change marks the unit first (in its own write where it is one of the unit), then it is told at once; the mark stays for
as long as another request may take to write what it was announced for, and ``tell_marked`` tells what a crash left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from contracts.event import Draft
from contracts.identity.events import UnitChangedV1
from services.identity.model.people import headed_units, units_with_another_head
from services.identity.store import IdentityStore

Document = dict[str, Any]

# Longer than any request that marked a unit may take to write its change.
TELLING = timedelta(seconds=60)
_AT_ONCE = 200


def announce(
    store: IdentityStore, changes: Iterable[tuple[Mapping[str, Any] | None, Document]], now: datetime
) -> set[str]:
    """Marks the units that get another head by these changes of people (before, after), and returns them.

    Comes before the people are written; ``tell`` comes after it.
    """
    unit_ids: set[str] = set()
    for before, after in changes:
        unit_ids |= units_with_another_head(before, after)
    if unit_ids:
        store.units.must_be_told(unit_ids, now + TELLING)
    return unit_ids


def tell(store: IdentityStore, unit_ids: Iterable[str]) -> None:
    """Tells of those of these units whose state is another than the one told last."""
    wanted = sorted(set(unit_ids))
    for start in range(0, len(wanted), _AT_ONCE):
        _tell(store, wanted[start : start + _AT_ONCE])


def tell_marked(store: IdentityStore, now: datetime) -> None:
    """Tells of all marked units; after an upgrade of every unit that there is."""
    store.units.all_must_be_told_once(now + TELLING)
    marked = store.units.to_be_told()
    tell(store, [unit["_id"] for unit in marked])
    over = [unit for unit in marked if now > unit["tell_until"]]
    if over:
        store.units.told(over)


def _tell(store: IdentityStore, unit_ids: list[str]) -> None:
    # What was told is read first: whoever tells a newer state meanwhile makes this write stale.
    told = store.unit_states.told(unit_ids)
    units = store.units.named(unit_ids)
    heads = store.people.heads(unit_ids)
    for unit_id, unit in units.items():
        before = told.get(unit_id)
        state = _state(unit, [head for head in heads if unit_id in headed_units(head)])
        if before is None or before["state"] != state:
            store.unit_states.tell(unit_id, before, state, _event(unit_id, state))


def _state(unit: Document, heads: list[Document]) -> Document:
    return {
        "path": unit["path"],
        "name": unit["name"],
        "code": unit.get("code"),
        "aliases": unit.get("aliases", []),
        "active": unit["active"],
        "head_ids": [head["_id"] for head in heads],
        "head_names": [head["name"] for head in heads],
    }


def _event(unit_id: str, state: Document) -> Draft:
    return UnitChangedV1.draft(subject=unit_id, unit_id=unit_id, **state)
