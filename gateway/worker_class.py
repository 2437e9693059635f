"""gunicorn's worker with threads, as the gateway runs it."""

from __future__ import annotations

import time
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

# Well within any ``timeout`` that the master waits for a sign of life.
_SIGN_OF_LIFE_SECONDS = 0.5


class Worker(ThreadWorker):  # type: ignore[misc]
    """Gives its sign of life twice a second; gunicorn's own gives it at every event, a system call each."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._next_sign = 0.0

    def notify(self) -> None:
        """Tells the master that this worker lives."""
        now = time.monotonic()
        if now >= self._next_sign:
            super().notify()
            self._next_sign = now + _SIGN_OF_LIFE_SECONDS
