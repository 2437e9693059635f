"""The consuming side of a service: one line, a channel for each queue, and a stop that drains.

nameko closes its channel before handlers in flight have finished, so their acks are lost and every deploy runs
them again. Here a stop cancels the consumers first and lets the line go only when nothing is unsettled.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import eventlet
import structlog
from amqp import spec
from nameko.extensions import SharedExtension

from chassis.broker.line import Line
from chassis.broker.settlement import Settlement
from chassis.broker.topology import Exchange, Queue, declare
from chassis.broker.wire import LOST
from chassis.config import Settings
from chassis.health import HEALTH

_log = structlog.get_logger(__name__)

# A reader that has not come round for this long is stuck; the liveness probe says so.
STALE_SECONDS = 30.0


@dataclass
class Subscription:
    """A queue to consume: ``on_message(message, settle)`` must return at once and never raise.

    ``settle()`` is called when the message needs no more care. ``lost()`` says whether its channel is gone, so
    that further care is pointless: the message will be delivered again.
    """

    queue: str
    topology: Iterable[Exchange | Queue]
    prefetch: int
    on_message: Callable[[Any, Callable[[], None], Callable[[], bool]], None]
    on_lost: Callable[[], None] = lambda: None
    _settlement: Settlement | None = field(default=None, repr=False)
    _channel: Any = field(default=None, repr=False)

    @property
    def drained(self) -> bool:
        """Whether no more messages come and all that came are settled."""
        if self._channel is None or self._settlement is None:
            return True
        return self.queue not in self._channel.callbacks and self._settlement.empty

    def cancel(self) -> None:
        """Asks the broker for no more; what it has sent before it agrees still comes and is still handled."""
        if self._channel is not None:
            with contextlib.suppress(*LOST):  # a lost channel delivers nothing either
                self._channel.send_method(spec.Basic.Cancel, "sb", (self.queue, False))


class Inlet(SharedExtension):
    """Shared by all entrypoints of a service that take messages."""

    def __init__(self) -> None:
        super().__init__()
        self._subscriptions: list[Subscription] = []
        self._line: Line | None = None
        self._stopping = False
        self._drained = False

    @property
    def settings(self) -> Settings:
        """The process's settings."""
        settings: Settings = self.container.config["settings"]
        return settings

    def subscribe(self, subscription: Subscription) -> None:
        """Adds a queue; called from an entrypoint's ``setup``."""
        self._subscriptions.append(subscription)

    def start(self) -> None:
        """Starts the line; connecting happens in its greenlet, so that a broker that is away delays nothing."""
        if self._line is None and self._subscriptions:
            name = f"{self.container.service_name}:inlet"
            self._line = Line(self.settings.amqp_uri, name, self._open, self._lost)
            self.container.spawn_managed_thread(self._line.run, identifier="inlet")
            HEALTH.alive("inlet", self._alive)
            HEALTH.ready("broker", lambda: self._line is not None and self._line.up)

    def drain(self) -> None:
        """Takes no more messages and returns when all that were taken are settled and acknowledged."""
        if self._drained:
            return
        if not self._stopping:
            self._stopping = True
            for subscription in self._subscriptions:
                subscription.cancel()
        while not all(subscription.drained for subscription in self._subscriptions):
            eventlet.sleep(0.02)
        self._drained = True

    def stop(self) -> None:
        """Drains and closes the line."""
        self.drain()
        if self._line is not None:
            self._line.stop()

    def kill(self) -> None:
        """Drops the line; the broker delivers again what was not acknowledged."""
        if self._line is not None:
            self._line._stopping = True
            self._line.reset()

    def _alive(self) -> bool:
        return self._line is None or time.monotonic() - self._line.last_seen_alive < STALE_SECONDS

    def _open(self, connection: Any) -> None:
        for subscription in self._subscriptions:
            channel = connection.channel()
            declare(channel, subscription.topology)
            if self._stopping:
                continue
            channel.basic_qos(0, subscription.prefetch, False)
            settlement = Settlement(channel, lambda flush: eventlet.spawn_after(0, flush))
            subscription._settlement, subscription._channel = settlement, channel
            channel.basic_consume(
                subscription.queue,
                consumer_tag=subscription.queue,
                callback=_receiver(subscription, settlement),
                on_cancel=self._cancelled,
            )

    def _cancelled(self, consumer_tag: str) -> None:
        # The broker cancels a consumer when its queue is deleted or its node fails: set everything up again.
        _log.warning("consumer cancelled by the broker", queue=consumer_tag)
        if self._line is not None:
            self._line.reset()

    def _lost(self) -> None:
        for subscription in self._subscriptions:
            if subscription._settlement is not None:
                subscription._settlement.abandon()
            subscription._channel = None
            subscription.on_lost()


def _receiver(subscription: Subscription, settlement: Settlement) -> Callable[[Any], None]:
    def receive(message: Any) -> None:
        tag = message.delivery_info["delivery_tag"]
        settlement.delivered(tag)
        subscription.on_message(message, lambda: settlement.settle(tag), lambda: settlement.abandoned)

    return receive
