"""The directory of units, by which tables of old files name them."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.event import Received
from services.tasks.store import TasksStore


def know_units(store: TasksStore, events: Sequence[Received]) -> None:
    """Keeps of each unit the state of the highest sequence; twice is the same as once."""
    store.know_units(
        {
            "_id": event.data["unit_id"],
            "name": event.data["name"],
            "code": event.data["code"],
            "aliases": event.data["aliases"],
            "path": event.data["path"],
            "active": event.data["active"],
            "sequence": event.sequence,
        }
        for event in events
    )
