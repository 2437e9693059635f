"""Documents whose events the broker has not taken, passed over for a while so that they hold up no others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 60.0
# With so many held there is something wrong with the outbox as a whole: it rests until they are due again.
MOST = 2000


class Held:
    """The held documents of one outbox: their ids, and since when their oldest event waits.

    All become due together, after a wait that doubles as long as some are held again.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._since: dict[Any, datetime] = {}
        self._due = 0.0
        self._wait = FIRST_SECONDS

    @property
    def ids(self) -> list[Any]:
        """Those to pass over now."""
        if self._since and self._monotonic() >= self._due:
            self._since.clear()
        return list(self._since)

    def __contains__(self, id: Any) -> bool:
        return id in self._since

    @property
    def full(self) -> bool:
        """Whether too many are held to look any further."""
        return len(self._since) >= MOST

    @property
    def oldest(self) -> datetime | None:
        """The time of the oldest event that is held."""
        return min(self._since.values(), default=None)

    def hold(self, documents: dict[Any, datetime]) -> None:
        """Passes these over, too. The first of a round set when all are tried again."""
        if documents and not self._since:
            self._due = self._monotonic() + self._wait
            self._wait = min(self._wait * 2, LONGEST_SECONDS)
        self._since.update(documents)

    def relax(self) -> None:
        """Nothing is held any more: the next failure waits shortly again."""
        if not self._since:
            self._wait = FIRST_SECONDS
