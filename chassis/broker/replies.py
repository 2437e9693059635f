"""Sending RPC replies: transient, unconfirmed, gathered into few writes, on a line of their own.

A reply that is lost costs its caller a time-out, never data, so little is spent on keeping it: only while the line
is being made anew do replies wait for it.
"""

from __future__ import annotations

from typing import Any

import amqp
import eventlet
import structlog
from nameko.extensions import SharedExtension

from chassis.broker.line import Line
from chassis.broker.topology import RPC_EXCHANGE, Exchange
from chassis.broker.wire import LOST, gathered
from chassis.health import HEALTH
from chassis.rpc_wire import DIRECT_REPLY_TO, body_properties

_log = structlog.get_logger(__name__)

_TRANSIENT = 1
# After a restart of the broker requests may come in before this line is up again; older replies are dropped.
_MOST_KEPT = 1000


class Replies(SharedExtension):
    """The reply line of a service process."""

    def __init__(self) -> None:
        super().__init__()
        self._line: Line | None = None
        self._channel: Any = None
        self._waiting: list[tuple[str, str, bytes]] = []
        self._flush_is_due = False

    def start(self) -> None:
        if self._line is None:
            uri = self.container.config["settings"].amqp_uri
            self._line = Line(uri, f"{self.container.service_name}:replies", self._open, self._lost)
            self.container.spawn_managed_thread(self._line.run, identifier="replies")
            HEALTH.ready("broker, replies", lambda: self._channel is not None)

    def stop(self) -> None:
        self._flush()
        if self._line is not None:
            self._line.stop()

    def kill(self) -> None:
        if self._line is not None:
            self._line.reset()

    def send(self, reply_to: str, correlation_id: str, body: bytes) -> None:
        """Sends soon, together with what else is ready."""
        self._waiting.append((reply_to, correlation_id, body))
        if not self._flush_is_due:
            self._flush_is_due = True
            eventlet.spawn_after(0, self._flush)

    def _flush(self) -> None:
        self._flush_is_due = False
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        if self._channel is None:
            self._waiting = waiting[-_MOST_KEPT:]
            if len(waiting) > _MOST_KEPT:
                _log.warning("replies dropped, no connection to the broker", count=len(waiting) - _MOST_KEPT)
            return
        try:
            with gathered(self._channel.connection):
                for reply_to, correlation_id, body in waiting:
                    exchange = "" if reply_to.startswith(DIRECT_REPLY_TO) else RPC_EXCHANGE
                    message = amqp.Message(
                        body,
                        delivery_mode=_TRANSIENT,
                        correlation_id=correlation_id,
                        **body_properties(body),
                    )
                    self._channel.basic_publish(message, exchange, reply_to)
        except LOST as error:
            _log.warning("replies lost with the line", count=len(waiting), reason=type(error).__name__)

    def _open(self, connection: Any) -> None:
        channel = connection.channel()
        Exchange(RPC_EXCHANGE, "topic").declare(channel)
        self._channel = channel
        if self._waiting:
            eventlet.spawn_after(0, self._flush)

    def _lost(self) -> None:
        self._channel = None
