"""Who wrote last, the reporter or the staff: whether a case's reporter waits for a reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.event import Received
from services.tasks.store import TasksStore


class CaseNotOpened(Exception):
    """A message of a report whose case is not here yet: the event comes again, and by then it is."""


def note_messages(store: TasksStore, events: Sequence[Received]) -> None:
    """Keeps on each case who wrote its newest message, in whatever order the events come."""
    written = [event.data for event in events if event.data["kind"] == "report"]
    missing = store.note_messages((data["report_id"], data["number"], data["author"]) for data in written)
    if missing:
        raise CaseNotOpened(f"{len(missing)} of {len(written)}")


def reply_awaited(case: Mapping[str, Any]) -> bool:
    """Whether the reporter wrote last."""
    newest = case.get("correspondence")
    return newest is not None and newest["author"] == "reporter"
