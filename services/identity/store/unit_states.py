"""The collection ``unit_states``: what others were told last of each unit.

Apart from ``units``, so that another head does not make the version stale that an administrator is editing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from chassis.outbox.aggregates import Aggregates, Document
from chassis.refusals import Stale
from contracts.event import Draft

INDEXES: dict[str, list[IndexModel]] = {"unit_states": []}


class UnitStates:
    """Documents ``{_id: the unit's id, state, version}``; ``state`` as the event carries it."""

    def __init__(self, aggregates: Aggregates) -> None:
        self._aggregates = aggregates

    def told(self, unit_ids: Iterable[str]) -> dict[str, Document]:
        """What was told last of these units, by id, as ``tell`` wants it back."""
        found = self._aggregates.collection.find({"_id": {"$in": sorted(set(unit_ids))}})
        return {document["_id"]: document for document in found}

    def tell(self, unit_id: str, before: Document | None, state: Mapping[str, Any], event: Draft) -> bool:
        """Keeps the state with its event in one write; ``False`` when somebody else has told since ``before``."""
        try:
            if before is None:
                self._aggregates.insert({"_id": unit_id, "state": dict(state)}, [event])
            else:
                self._aggregates.update(before, {"$set": {"state": dict(state)}}, [event])
        except (DuplicateKeyError, Stale):
            return False
        return True
