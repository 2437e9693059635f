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


class ChannelFull(Exception):
    """All slots of the channel are taken. ``seconds`` is how long its attempts take at present."""

    def __init__(self, seconds: float) -> None:
        super().__init__("all slots of the channel are taken")
        self.seconds = seconds


@dataclass
class _Channel:
    running: int = 0
    seconds: float = 0.0
    started: dict[int, float] = field(default_factory=dict)


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
            if channel.running >= limit and patience and self._pace(channel) < BRISK_SECONDS:
                self._freed.wait_for(lambda: channel.running < limit, timeout=patience)
            if channel.running >= limit:
                raise ChannelFull(self._pace(channel))
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
                channel.seconds = took if not channel.seconds else channel.seconds * (1 - _NEWEST) + took * _NEWEST
                self._freed.notify()

    @staticmethod
    def _pace(channel: _Channel) -> float:
        """Seconds that an attempt takes: the mean of those that ended, or the age of the oldest that still runs."""
        oldest = min(channel.started.values(), default=None)
        return max(channel.seconds, time.monotonic() - oldest if oldest is not None else 0.0)
