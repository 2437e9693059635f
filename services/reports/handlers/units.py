"""The directory of units that the conflict rule looks into, and units that turn out to be meant later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from chassis.refusals import Stale
from contracts.event import Draft, Received
from contracts.reports.events import UnitsNamedV1
from services.reports.store import ReportsStore

# How often it is decided anew when something else was written to the report meanwhile.
_TRIES = 5


def know_units(store: ReportsStore, events: Sequence[Received]) -> None:
    """Take over what identity told of units; in effect once each, the newest wins in whatever order they come."""
    newest: dict[str, dict[str, Any]] = {}
    for event in events:
        unit = _unit(event)
        before = newest.get(unit["_id"])
        if before is None or before["sequence"] < unit["sequence"]:
            newest[unit["_id"]] = unit
    store.units.know(newest.values())


def refresh_directory(store: ReportsStore) -> None:
    """Let this process see what another replica has heard of units."""
    store.units.refresh()


def keep_from_units_in(store: ReportsStore, report_id: str, organisations: Iterable[str]) -> frozenset[str]:
    """Keep a report, and its case, from the units that these names mean, beside those it is kept from already; which
    were added.

    For organisations that are found in the text after intake. Only ever adds: what was hidden stays hidden.
    Raises ``Stale`` when the report was changed again and again meanwhile.
    """
    found = store.units.directory().units_in(organisations)
    for left in reversed(range(_TRIES)):
        report = store.reports.get(report_id) if found else None
        if report is None or "erasure" in report:
            return frozenset()
        added = found - set(report["subject_unit_ids"])
        if not added:
            return frozenset()
        try:
            store.reports.keep_from(report, sorted(added), _named(report, added))
        except Stale:
            if left == 0:
                raise
        else:
            return added
    raise AssertionError("the last try answers or raises")


def _named(report: dict[str, Any], added: frozenset[str]) -> list[Draft]:
    if report["kind"] != "report":
        return []
    unit_ids = [*report["subject_unit_ids"], *sorted(added)]
    return [UnitsNamedV1.draft(report["_id"], report_id=report["_id"], subject_unit_ids=unit_ids)]


def _unit(event: Received) -> dict[str, Any]:
    data = event.data
    heads = zip(data["head_ids"], data["head_names"], strict=True)
    return {
        "_id": data["unit_id"],
        "sequence": event.sequence,
        "path": data["path"],
        "name": data["name"],
        "aliases": data["aliases"],
        "active": data["active"],
        "heads": [{"id": head_id, "name": name} for head_id, name in heads],
    }
