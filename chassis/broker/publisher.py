"""Publishing that is either confirmed by the broker or known to have failed, within a deadline.

A broker that is frozen or out of memory lets a publisher hang for ever; here every batch has a time limit, after
which the connection is dropped and made anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import amqp
import eventlet
import structlog
from eventlet.event import Event
from eventlet.semaphore import Semaphore

from chassis.broker.line import Line
from chassis.broker.topology import Exchange, Queue, declare
from chassis.broker.wire import LOST, gathered

_log = structlog.get_logger(__name__)

CONFIRM_SECONDS = 10.0
_PERSISTENT = 2


class NotPublished(Exception):
    """The broker could not be reached, or did not confirm in time; it may or may not hold the messages."""

    tellable = True


@dataclass(frozen=True)
class Message:
    """A persistent message on its way out."""

    exchange: str
    routing_key: str
    body: bytes
    content_type: str
    message_id: str
    headers: dict[str, Any] = field(default_factory=dict)
    type: str = ""

    def as_amqp(self) -> amqp.Message:
        """The library's form of it."""
        return amqp.Message(
            self.body,
            content_type=self.content_type,
            content_encoding="utf-8",
            delivery_mode=_PERSISTENT,
            message_id=self.message_id,
            type=self.type,
            application_headers=self.headers,
        )


@dataclass(frozen=True)
class Refused:
    """What the broker did not take of a batch, by position: sent back for want of a queue, or refused by one."""

    unroutable: frozenset[int]
    nacked: frozenset[int]

    def __contains__(self, position: int) -> bool:
        return position in self.unroutable or position in self.nacked


class Publisher:
    """Publishes batches with confirms and ``mandatory``; one batch at a time, in order."""

    def __init__(self, uri: str, name: str, topology: Sequence[Exchange | Queue] = ()) -> None:
        self._topology = topology
        self._line = Line(uri, name, self._open, self._lost)
        self._turn = Semaphore(1)
        self._channel: Any = None
        self._next_tag = 1
        self._batch: _Batch | None = None

    @property
    def line(self) -> Line:
        """The line, to be run as a managed greenlet and stopped by the owner."""
        return self._line

    def publish(self, messages: Sequence[Message], *, seconds: float = CONFIRM_SECONDS) -> Refused:
        """Publishes all and waits for the broker's word on each. Raises ``NotPublished``."""
        if not messages:
            return Refused(frozenset(), frozenset())
        with self._turn:
            if self._channel is None:
                raise NotPublished("no connection to the broker")
            batch = self._batch = _Batch(self._next_tag, len(messages))
            limit = eventlet.Timeout(seconds)
            try:
                self._write(messages)
                batch.done.wait()
            except (eventlet.Timeout, *LOST) as error:
                if isinstance(error, eventlet.Timeout) and error is not limit:
                    raise
                self._line.reset()
                raise NotPublished(f"not confirmed within {seconds:g} s") from None
            finally:
                limit.cancel()
                self._batch = None
            if batch.lost:
                raise NotPublished("the connection was lost before the broker confirmed")
            return Refused(frozenset(batch.returned), frozenset(batch.nacked))

    def _write(self, messages: Sequence[Message]) -> None:
        channel = self._channel
        self._next_tag += len(messages)
        with gathered(channel.connection):
            for position, message in enumerate(messages):
                out = message.as_amqp()
                out.properties["correlation_id"] = str(position)
                channel.basic_publish(out, message.exchange, message.routing_key, mandatory=True)

    def _open(self, connection: Any) -> None:
        channel = connection.channel()
        declare(channel, self._topology)
        channel.confirm_select()
        channel.events["basic_ack"].add(self._acked)
        channel.events["basic_nack"].add(self._nacked)
        channel.events["basic_return"].add(self._returned)
        self._next_tag = 1
        self._channel = channel

    def _lost(self) -> None:
        self._channel = None
        if self._batch is not None:
            self._batch.lose()

    def _acked(self, tag: int, multiple: bool) -> None:
        if self._batch is not None:
            self._batch.confirm(tag, multiple, refused=False)

    def _nacked(self, tag: int, multiple: bool) -> None:
        if self._batch is not None:
            self._batch.confirm(tag, multiple, refused=True)

    def _returned(self, _: Any, exchange: str, routing_key: str, message: Any) -> None:
        # The broker sends a message back before it confirms it.
        if self._batch is not None:
            self._batch.returned.add(int(message.properties["correlation_id"]))
        _log.debug("no queue for a message", exchange=exchange, routing_key=routing_key)


class _Batch:
    def __init__(self, first_tag: int, size: int) -> None:
        self._first = first_tag
        self._waiting = set(range(first_tag, first_tag + size))
        self.nacked: set[int] = set()
        self.returned: set[int] = set()
        self.lost = False
        self.done = Event()

    def confirm(self, tag: int, multiple: bool, *, refused: bool) -> None:
        tags = {waiting for waiting in self._waiting if waiting <= tag} if multiple else {tag} & self._waiting
        self._waiting -= tags
        if refused:
            self.nacked |= {tag - self._first for tag in tags}
        if not self._waiting and not self.done.ready():
            self.done.send()

    def lose(self) -> None:
        self.lost = True
        if not self.done.ready():
            self.done.send()
