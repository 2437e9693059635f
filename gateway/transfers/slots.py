"""How many files a worker process carries at once: the other threads stay free for everything else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.problems import core
from gateway.problems.row import Problem

# When the next try is worth while, in seconds.
RETRY_AFTER = 10


class Slots:
    """So many transfers, in and out together, at a time."""

    def __init__(self, number: int) -> None:
        self._free = threading.BoundedSemaphore(number)

    def take(self) -> None:
        """One of them, to be given back; Problem 503 with ``Retry-After`` when all are taken."""
        if not self._free.acquire(blocking=False):
            raise Problem(core.TRANSFERS_BUSY, {"retry_after": RETRY_AFTER})

    def give_back(self) -> None:
        """Another may have it."""
        self._free.release()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """One of them for the length of a block."""
        self.take()
        try:
            yield
        finally:
            self.give_back()
