"""How many attempts on one channel may run in this process at once, so that a slow channel occupies only its own."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

# The weight of the newest attempt in the running mean of durations.
_NEWEST = 0.2
# A channel whose attempts take longer is not worth waiting for.
BRISK_SECONDS = 0.5
# One whose attempts take this long is most likely hanging; it keeps a quarter of its slots.
HANGING_SECONDS = 3.0
# Attempts a second that a channel is asked for at least, so that one that hung is seen to be back, and at most.
SLOWEST, FASTEST = 2, 200


class ChannelFull(Exception):
    """All slots of the channel are taken."""


@dataclass
class _Channel:
    running: int = 0
    seconds: float = 0.0
    started: dict[int, float] = field(default_factory=dict)

    def pace(self) -> float:
        """Seconds that an attempt takes: the mean of those that ended, or the age of the oldest that runs."""
        oldest = min(self.started.values(), default=None)
        return max(self.seconds, time.monotonic() - oldest if oldest is not None else 0.0)

    def limit(self, given: int) -> int:
        """How many of the given slots it may use at its present pace."""
        return given if self.pace() < HANGING_SECONDS else max(1, given // 4)


class Slots:
    """The slots of one process. What it counts in is its own, so replicas add up."""

    def __init__(self) -> None:
        self._channels: defaultdict[str, _Channel] = defaultdict(_Channel)
        self._freed = threading.Condition()
        self._count = 0

    @contextmanager
    def take(self, channel_id: str, limit: int, patience: float = 0.0) -> Iterator[None]:
        """Hold one of the channel's ``limit`` slots; ``ChannelFull`` at once when none is free.

        With ``patience`` (seconds) a brisk channel is waited for: its slots come free sooner than a
        postponed attempt would come round again.
        """
        with self._freed:
            channel = self._channels[channel_id]
            if channel.running >= limit and patience and channel.pace() < BRISK_SECONDS:
                self._freed.wait_for(lambda: channel.running < limit, timeout=patience)
            if channel.running >= channel.limit(limit):
                raise ChannelFull
            self._count += 1
            ticket, began = self._count, time.monotonic()
            channel.running += 1
            channel.started[ticket] = began
        try:
            yield
        finally:
            with self._freed:
                channel.running -= 1
                del channel.started[ticket]
                took = time.monotonic() - began
                share = _NEWEST if channel.seconds else 1.0
                channel.seconds += (took - channel.seconds) * share
                self._freed.notify()

    def rate(self, channel_id: str, limit: int) -> int:
        """How many attempts a second the channel can take with ``limit`` slots at its present pace."""
        channel = self._channels.get(channel_id)
        pace = channel.pace() if channel else 0.0
        return max(SLOWEST, min(FASTEST, int(limit / pace))) if pace else FASTEST
