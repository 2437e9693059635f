"""The reasons that a dead letter carries, and what an operator can do with dead letters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import amqp
import orjson

from chassis import clock
from chassis.broker.topology import WAIT_HEADER, dead_letter_queue_name
from chassis.broker.wire import Wire, drop
from chassis.faults import describe, trace
from contracts.fields import format_instant

_OURS = "x-dead-"
# A header's value must fit a frame together with the message.
_LONGEST_TRACE = 8000


def reasons(queue: str, reason: str, error: Exception, attempt: int) -> dict[str, Any]:
    """The headers that tell why, when and after how many attempts a message of ``queue`` was given up on."""
    return {
        f"{_OURS}queue": queue,
        f"{_OURS}reason": reason,
        f"{_OURS}error": describe(error)[:1000] if reason != "invalid" else str(error)[:1000],
        f"{_OURS}traceback": trace(error)[-_LONGEST_TRACE:],
        f"{_OURS}at": format_instant(clock.now()),
        f"{_OURS}attempts": attempt,
    }


@dataclass(frozen=True)
class DeadLetter:
    """One message of a dead-letter queue. ``body`` is as it was published."""

    queue: str
    id: str
    reason: str
    error: str
    traceback: str
    at: str
    attempts: int
    body: bytes
    content_type: str
    headers: dict[str, Any]

    @property
    def envelope(self) -> dict[str, Any] | None:
        """The event, if the message is JSON."""
        try:
            decoded = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None
        return decoded if isinstance(decoded, dict) else None


class DeadLetters:
    """Lists, replays and discards the dead letters of consumer queues. Not for use inside a service."""

    def __init__(self, uri: str) -> None:
        self._wire = Wire(uri, "mingjing:dead-letters")

    def counts(self, queues: list[str]) -> dict[str, int]:
        """How many dead letters each of the consumer queues has; queues that do not exist have none."""
        found: dict[str, int] = {}
        with self._connection() as connection:
            for queue in queues:
                channel = connection.channel()
                try:
                    declared = channel.queue_declare(dead_letter_queue_name(queue), passive=True)
                    found[queue] = declared.message_count
                    channel.close()
                except amqp.exceptions.NotFound:
                    found[queue] = 0
        return found

    def read(self, queue: str, limit: int) -> list[DeadLetter]:
        """The first ``limit`` dead letters of ``queue``; they stay where they are."""
        with self._connection() as connection:
            return [letter for letter, _ in self._take(connection.channel(), queue, limit)]

    def replay(self, queue: str, ids: set[str] | None) -> Iterator[str]:
        """Puts the letters with these ids (all, when ``None``) back into ``queue``, as new; yields each id."""
        yield from self._settle(queue, ids, replay=True)

    def discard(self, queue: str, ids: set[str] | None) -> Iterator[str]:
        """Throws the letters with these ids (all, when ``None``) away for good; yields each id."""
        yield from self._settle(queue, ids, replay=False)

    def _settle(self, queue: str, ids: set[str] | None, *, replay: bool) -> Iterator[str]:
        with self._connection() as connection:
            channel = connection.channel()
            channel.confirm_select()
            everything = self.counts([queue])[queue]
            for letter, tag in self._take(channel, queue, everything):
                if ids is not None and letter.id not in ids:
                    continue
                if replay:
                    self._publish(channel, letter)
                channel.basic_ack(tag)
                yield letter.id

    @staticmethod
    def _publish(channel: Any, letter: DeadLetter) -> None:
        kept = {
            key: value
            for key, value in letter.headers.items()
            if not key.startswith((_OURS, "x-death", "x-first-death", "x-last-death", "x-delivery"))
            and key not in ("x-attempt", WAIT_HEADER)
        }
        message = amqp.Message(
            letter.body,
            content_type=letter.content_type,
            delivery_mode=2,
            message_id=letter.id,
            application_headers=kept,
        )
        channel.basic_publish_confirm(message, "", letter.queue, mandatory=True)

    @staticmethod
    def _take(channel: Any, queue: str, limit: int) -> Iterator[tuple[DeadLetter, int]]:
        for _ in range(limit):
            message = channel.basic_get(dead_letter_queue_name(queue))
            if message is None:
                return
            yield _letter(queue, message), message.delivery_info["delivery_tag"]

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        connection = self._wire.connect()
        try:
            yield connection
            connection.close()
        finally:
            drop(connection)


def _letter(queue: str, message: Any) -> DeadLetter:
    headers = dict(message.headers or {})
    death = (headers.get("x-death") or [{}])[0]
    body = message.body if isinstance(message.body, bytes) else str(message.body).encode()
    return DeadLetter(
        queue=queue,
        id=message.properties.get("message_id", ""),
        reason=headers.get(f"{_OURS}reason") or f"broker: {death.get('reason', 'unknown')}",
        error=headers.get(f"{_OURS}error", ""),
        traceback=headers.get(f"{_OURS}traceback", ""),
        at=headers.get(f"{_OURS}at") or str(death.get("time", "")),
        attempts=int(headers.get(f"{_OURS}attempts", 0)),
        body=body,
        content_type=message.properties.get("content_type", ""),
        headers=headers,
    )
