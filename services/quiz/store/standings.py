"""Standings: what counts for one person in one exam. ``_id`` ``<exam id>:<person id>``, ``marks`` {mark key:
``attempt_id``, ``number``, ``score``, of newer ones ``submitted_at``} of every graded attempt, and the ``score``,
``passed``, ``credits``, ``points``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from chassis.outbox.aggregates import Aggregates
from contracts.event import Draft

Document = dict[str, Any]


class Standings:
    """Everybody's standings."""

    def __init__(self, aggregates: Aggregates) -> None:
        self._aggregates = aggregates

    def get(self, id: str, session: ClientSession | None = None) -> Document | None:
        """The standing, or None."""
        return self._aggregates.find_one({"_id": id}, session=session)

    def many(self, ids: Iterable[str]) -> dict[str, Document]:
        """Those that exist, by id."""
        found = self._aggregates.collection.find({"_id": {"$in": list(ids)}})
        return {standing["_id"]: standing for standing in found}

    def insert_many(self, new: list[tuple[Document, Sequence[Draft]]]) -> set[str]:
        """Adds them with their events; returns the ids of those that were there before."""
        return self._aggregates.insert_many(new)

    def insert(self, standing: Document, events: Sequence[Draft], session: ClientSession | None) -> bool:
        """Adds it with its events; False when it exists (without a session; within one the error goes
        through)."""
        try:
            self._aggregates.insert(standing, events, session=session)
        except DuplicateKeyError:
            if session is not None:
                raise
            return False
        return True

    def update(
        self, standing: Document, fields: Document, events: Sequence[Draft], session: ClientSession | None
    ) -> None:
        """Sets ``fields``, with the events, if it is unchanged since it was read; ``Stale`` otherwise."""
        self._aggregates.update(standing, {"$set": fields}, events, session=session)
