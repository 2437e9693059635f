"""Acknowledging in groups, and knowing when nothing is left to acknowledge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chassis.broker.wire import LOST


class Settlement:
    """The delivered and not yet settled messages of one channel.

    ``settle`` only notes the tag and asks ``schedule`` for a ``flush`` soon, so that messages which finish
    together share one acknowledgement. When the channel is gone its tags mean nothing any more: the broker has
    taken the messages back (``abandon``).
    """

    def __init__(self, channel: Any, schedule: Callable[[Callable[[], None]], None]) -> None:
        self._channel = channel
        self._schedule = schedule
        self._outstanding: dict[int, None] = {}
        self._settled: list[int] = []
        self._flush_is_due = False

    @property
    def empty(self) -> bool:
        """Whether everything that was delivered has been acknowledged to the broker."""
        return not self._outstanding and not self._settled

    @property
    def abandoned(self) -> bool:
        """Whether the channel is gone."""
        return self._channel is None

    def delivered(self, tag: int) -> None:
        """A message came in; tags grow on a channel."""
        self._outstanding[tag] = None

    def settle(self, tag: int) -> None:
        """The message has had its effect (or its place in a retry or dead-letter queue)."""
        if self._channel is None or tag not in self._outstanding:
            return
        del self._outstanding[tag]
        self._settled.append(tag)
        if not self._flush_is_due:
            self._flush_is_due = True
            self._schedule(self.flush)

    def flush(self) -> None:
        """Acknowledges what was settled: one cumulative ack below the oldest outstanding tag, single ones above."""
        self._flush_is_due = False
        if self._channel is None or not self._settled:
            return
        settled, self._settled = sorted(self._settled), []
        oldest_outstanding = next(iter(self._outstanding), None)
        below = [tag for tag in settled if oldest_outstanding is None or tag < oldest_outstanding]
        try:
            if below:
                self._channel.basic_ack(below[-1], multiple=len(below) > 1)
            for tag in settled[len(below) :]:
                self._channel.basic_ack(tag)
        except LOST:
            # The reader finds the loss too; until then nothing more can be acknowledged here.
            self.abandon()

    def abandon(self) -> None:
        """The channel is lost; what was not acknowledged will be delivered again."""
        self._channel = None
        self._outstanding.clear()
        self._settled.clear()
