"""Who changed a case since the version that somebody looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from chassis.refusals import Stale
from services.tasks.model.case import Case
from services.tasks.store import TasksStore

# Whoever looked at a case that long ago reads its history anyway.
_MOST_TOLD = 50


@dataclass
class CaseChanged(Stale):
    """The case was changed since the version that the action was meant for. ``changes``: what was done since, oldest
    first, the newest 50: ``{"action", "by", "at"}``, ``by`` being the name held then, null = the system.
    """

    changes: list[dict[str, Any]] = field(default_factory=list)


def changed_since(store: TasksStore, case: Case, version: int) -> CaseChanged:
    """The refusal for somebody who looked at this version; a version that there never was has no changes since."""
    # Each action is one version and one line of the history.
    count = min(case.version - version, _MOST_TOLD)
    entries = store.last_entries(case.id, count) if count > 0 else []
    return CaseChanged(
        case.version,
        [
            {"action": entry["action"], "by": entry["who"]["name"] if entry["who"] else None, "at": entry["at"]}
            for entry in entries
        ],
    )
