"""What the active relay has on hand of one outbox, between the write of an event and its removal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from chassis.outbox.held import Held
from chassis.outbox.pending import Document, Outbox, Pending

# So many documents are handed over at most; of more the relay only learns that it must look.
MOST_HANDED = 5000
# Published events are taken out of their documents together, after so long or so many.
REMOVE_AFTER_SECONDS = 0.1
REMOVE_AFTER_DOCUMENTS = 500
# Events and documents that a late hand-over, or a look before the removal, could bring again are known for so long.
_REMEMBERED = 5_000


class Backlog:
    """Events *handed* over by this process's writes, *held* ones, and published ones that wait to be removed.

    A hand-over saves reading back what was just written. It is a hint: whatever is dropped here is still in its
    document, where a look finds it.
    """

    def __init__(self, outbox: Outbox, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.outbox = outbox
        self.held = Held(monotonic)
        # Since when the oldest event waits that the broker, being away, has not been given.
        self.unpublished_since: datetime | None = None
        self._monotonic = monotonic
        self._handed: dict[Any, dict[str, Document]] = {}
        self._sequences: dict[Any, int] = {}
        self._published: dict[str, None] = {}
        self._unremoved: list[Pending] = []
        self._removal_due = float("inf")

    @property
    def waiting(self) -> bool:
        """Whether something was handed over and not taken yet."""
        return bool(self._handed)

    @property
    def removal_due(self) -> float:
        """When published events are to be removed, on the clock of ``monotonic``; infinite when there are none."""
        return self._removal_due

    @property
    def oldest(self) -> list[datetime]:
        """The times of the oldest events that the broker has not taken."""
        return [since for since in (self.held.oldest, self.unpublished_since) if since is not None]

    def hand_over(self, written: Iterable[Pending]) -> bool:
        """Notes what was just written; ``False`` when it is too much and must be looked for."""
        for item in written:
            if len(self._handed) >= MOST_HANDED:
                return False
            # Two writes of one document may be told of in the wrong order, and the later knows the events of both.
            self._handed.setdefault(item.id, {}).update((event["id"], event) for event in item.events)
            self._remember(self._sequences, item.id, max(item.events[-1]["sequence"], self._sequences.get(item.id, 0)))
        return True

    def knows(self, id: Any, sequence: int) -> bool:
        """Whether the document was handed over as it was after its event ``sequence``."""
        return sequence <= self._sequences.get(id, 0)

    def drop_handed(self) -> None:
        """They will be looked for."""
        self._handed.clear()
        self._sequences.clear()

    def take(self, limit: int) -> list[Pending]:
        """Up to ``limit`` documents that were handed over, without what is held or published already."""
        ids = list(self._handed)[:limit]
        taken = [Pending(id, sorted(self._handed.pop(id).values(), key=_sequence)) for id in ids]
        return self.news([item for item in taken if item.id not in self.held])

    def news(self, found: Sequence[Pending]) -> list[Pending]:
        """What of it has not been published yet."""
        left = (Pending(i.id, [event for event in i.events if event["id"] not in self._published]) for i in found)
        return [item for item in left if item.events]

    def remove_again(self, found: Sequence[Pending]) -> None:
        """Of what a look found after the removal, takes out what was published: a copy, or a document put back."""
        known = (Pending(i.id, [event for event in i.events if event["id"] in self._published]) for i in found)
        self.published([item for item in known if item.events])

    def published(self, items: Sequence[Pending]) -> None:
        """The broker has confirmed these."""
        for item in items:
            for event in item.events:
                self._remember(self._published, event["id"], None)
        if items and not self._unremoved:
            self._removal_due = self._monotonic() + REMOVE_AFTER_SECONDS
        self._unremoved += items
        if len(self._unremoved) >= REMOVE_AFTER_DOCUMENTS:
            self._removal_due = self._monotonic()

    def remove(self) -> None:
        """Takes what was published out of its documents."""
        while batch := self._unremoved[:REMOVE_AFTER_DOCUMENTS]:
            self.outbox.remove(batch)
            del self._unremoved[: len(batch)]
        self._removal_due = float("inf")

    @staticmethod
    def _remember(memory: dict[Any, Any], key: Any, value: Any) -> None:
        memory.pop(key, None)
        memory[key] = value
        if len(memory) > _REMEMBERED:
            del memory[next(iter(memory))]


def _sequence(event: Document) -> int:
    sequence: int = event["sequence"]
    return sequence
