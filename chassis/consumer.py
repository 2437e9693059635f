"""``@consume(EventClass)``: a method of a service handles an event, once in effect, whatever happens.

A message leaves its queue only when the handler has returned, or when it has been put, confirmed, into a retry
queue or its dead-letter queue. nameko's own handlers lose it on an exception, on bad JSON and on every stop.
"""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import eventlet
import orjson
import structlog
from nameko.extensions import Entrypoint

from chassis import metrics, tracing
from chassis.broker.dead_letters import reasons
from chassis.broker.inlet import Inlet, Subscription
from chassis.broker.outlet import Outlet
from chassis.broker.publisher import Message, NotPublished
from chassis.broker.topology import (
    RETRY_EXCHANGE,
    WAIT_HEADER,
    Exchange,
    Queue,
    dead_letter_queue_name,
    event_queue,
    event_queue_name,
)
from chassis.faults import database_away, describe
from contracts.envelope import CONTENT_TYPE, InvalidEvent, open_envelope
from contracts.event import Event, Received

_log = structlog.get_logger(__name__)

ATTEMPT_HEADER = "x-attempt"
_ACCEPTED = (CONTENT_TYPE, "application/json")
_LONGEST_PAUSE = 5.0
_GATHER_SECONDS = 0.003


class Reject(Exception):
    """Raised by a handler for an event that no later attempt can make good: it goes to the dead-letter queue.

    The reason is kept there and in the logs, so it names ids, never content.
    """

    tellable = True


@dataclass
class Taken:
    """A message that came in, and how to be done with it."""

    message: Any
    event: Received
    attempt: int
    settle: Callable[[], None]
    lost: Callable[[], bool]


class Consume(Entrypoint):
    """The nameko entrypoint behind ``consume``."""

    inlet = Inlet()
    outlet = Outlet()

    def __init__(self, event: type[Event], group: int, concurrency: int, ordered: bool, attempts: int | None) -> None:
        super().__init__()
        self.event = event
        self.group = group
        self.concurrency = 1 if ordered or group > 1 else concurrency
        self.ordered = ordered
        self.attempts = attempts
        self._waiting: deque[Taken] = deque()
        self._active = 0
        self._gathering = False
        self._company = False

    @property
    def workers(self) -> int:
        """How many greenlets it may hold at once."""
        return self.concurrency

    @property
    def queue(self) -> str:
        """The name of this consumer's own queue."""
        return event_queue_name(self.event, self.container.service_name, self.method_name)

    @property
    def consumer(self) -> str:
        """``<service>.<method>``, as in metrics and logs."""
        return f"{self.container.service_name}.{self.method_name}"

    def topology(self, service: str) -> list[Exchange | Queue]:
        """What must exist on the broker for this consumer in ``service``."""
        return event_queue(self.event, service, self.method_name, ordered=self.ordered)

    def setup(self) -> None:
        # Twice what can be worked on at once, so that the next group is there when one is done.
        prefetch = max(2 * self.group * self.concurrency, 2)
        topology = self.topology(self.container.service_name)
        self.inlet.subscribe(Subscription(self.queue, topology, prefetch, self._take, self._waiting.clear))

    def stop(self) -> None:
        self.inlet.drain()

    def _take(self, message: Any, settle: Callable[[], None], lost: Callable[[], bool]) -> None:
        try:
            event = _decode(self.event, message)
        except InvalidEvent as error:
            eventlet.spawn_n(self._bury, message, settle, lost, error, "invalid")
            return
        attempt = int((message.headers or {}).get(ATTEMPT_HEADER, 0))
        self._waiting.append(Taken(message, event, attempt, settle, lost))
        if self.group == 1:
            self._work()
        elif not self._gathering and self._active == 0:
            # What the broker has sent together comes out of the reader one by one: wait until it has all of it, and a
            # moment longer when there was company lately.
            self._gathering = True
            eventlet.spawn_after(_GATHER_SECONDS if self._company else 0, self._gathered)

    def _gathered(self) -> None:
        self._gathering = False
        self._company = len(self._waiting) > 1
        self._work()

    def _work(self) -> None:
        while self._waiting and self._active < self.concurrency:
            size = min(self.group, len(self._waiting))
            batch = [self._waiting.popleft() for _ in range(size)]
            self._active += 1
            self.container.spawn_worker(self, (self, batch), {}, handle_result=self._done)

    def _done(self, _: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
        self._active -= 1
        if exc_info is not None:
            # A fault of the chassis itself: without its line the messages would come again in silence.
            _log.critical("consumer failed outside its handler", consumer=self.consumer, exc_info=exc_info[1])
        self._work()
        return result, exc_info

    def handle(self, call: Callable[[list[Received]], Any], batch: list[Taken]) -> None:
        """Runs the handler on a batch; after a failure on each event alone; and settles every message."""
        batch = [taken for taken in batch if not taken.lost()]
        if not batch:
            return
        error = self._attempt(call, batch)
        if error is None:
            return
        if len(batch) > 1:
            for taken in batch:
                self.handle(call, [taken])
            return
        self._failed(batch[0], error)

    def _attempt(self, call: Callable[[list[Received]], Any], batch: list[Taken]) -> Exception | None:
        first = batch[0].event
        context = {"event_id": first.id, "subject": first.subject} if len(batch) == 1 else {"events": len(batch)}
        pause = 0.1
        while True:
            with (
                tracing.step(self.consumer, "consumer", first.traceparent),
                structlog.contextvars.bound_contextvars(consumer=self.consumer, **context),
            ):
                try:
                    with metrics.EVENT_SECONDS.labels(self.consumer).time():
                        call([taken.event for taken in batch])
                except Exception as error:
                    if not database_away(error):
                        return error
                    _log.warning("database away, waiting", reason=type(error).__name__, pause=pause)
                else:
                    metrics.EVENTS.labels(self.consumer, "handled").inc(len(batch))
                    for taken in batch:
                        taken.settle()
                    return None
            # Nothing is wrong with the events, so their attempts are not used up; the queue waits with them.
            eventlet.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
            if all(taken.lost() for taken in batch):
                return None

    def _failed(self, taken: Taken, error: Exception) -> None:
        settings = self.inlet.settings
        attempts = self.attempts or settings.max_attempts
        attempt = taken.attempt + 1
        with structlog.contextvars.bound_contextvars(
            consumer=self.consumer,
            event_id=taken.event.id,
            subject=taken.event.subject,
            trace_id=tracing.trace_id(taken.event.traceparent),
        ):
            if isinstance(error, Reject) or attempt >= attempts:
                _log.error("event given up on", attempt=attempt, exc_info=error)
                reason = "rejected" if isinstance(error, Reject) else "exhausted"
                self._bury(taken.message, taken.settle, taken.lost, error, reason)
                return
            wait = settings.retry_waits[min(attempt, len(settings.retry_waits)) - 1]
            _log.warning("event put off", attempt=attempt, wait=wait, exc_info=error)
        headers = {**(taken.message.headers or {}), ATTEMPT_HEADER: attempt, WAIT_HEADER: f"{wait:g}"}
        metrics.RETRIES.labels(self.consumer).inc()
        metrics.EVENTS.labels(self.consumer, "retried").inc()
        self._hand_on(_copy(taken.message, RETRY_EXCHANGE, self.queue, headers), taken.settle, taken.lost)

    def _bury(
        self,
        message: Any,
        settle: Callable[[], None],
        lost: Callable[[], bool],
        error: Exception,
        reason: str,
    ) -> None:
        if reason == "invalid":
            _log.error("message is no event", queue=self.queue, error=describe(error))
        metrics.DEAD_LETTERS.labels(self.consumer, reason).inc()
        metrics.EVENTS.labels(self.consumer, "dead").inc()
        attempt = int((message.headers or {}).get(ATTEMPT_HEADER, 0)) + 1
        headers = {**(message.headers or {}), **reasons(self.queue, reason, error, attempt)}
        self._hand_on(_copy(message, "", dead_letter_queue_name(self.queue), headers), settle, lost)

    def _hand_on(self, message: Message, settle: Callable[[], None], lost: Callable[[], bool]) -> None:
        """Publishes, confirmed, before the original is settled; tries as long as the original is ours."""
        pause = 0.1
        while not lost():
            try:
                refused = self.outlet.publisher.publish([message])
            except NotPublished as error:
                _log.warning("not handed on yet", queue=self.queue, reason=str(error))
            else:
                if 0 not in refused:
                    settle()
                    return
                _log.error("broker refused to take a message on", queue=self.queue, to=message.routing_key)
            eventlet.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)


def consume(
    event: type[Event],
    *,
    group: int = 1,
    concurrency: int = 8,
    ordered: bool = False,
    attempts: int | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorates a service method as a consumer of ``event``, on a queue of its own.

    With ``group=1`` the method gets one ``Received`` at a time, up to ``concurrency`` of them at once in a process.
    With ``group=n`` it gets a list of up to ``n``, whatever has come in meanwhile, one list at a time.
    ``ordered``: one event (or group) at a time in the whole system, in the order of publication.
    ``attempts``: how often before the dead-letter queue; by default the process's ``MAX_ATTEMPTS``.

    The method may be called again for an event that it has handled before; its effect must not happen twice.
    """

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def run(service: Any, entrypoint: Consume, batch: Sequence[Taken]) -> None:
            def call(events: list[Received]) -> Any:
                return method(service, events if group > 1 else events[0])

            entrypoint.handle(call, list(batch))

        decorated: Callable[..., Any] = Consume.decorator(event, group, concurrency, ordered, attempts)(run)
        return decorated

    return decorate


def _decode(event: type[Event], message: Any) -> Received:
    content_type = message.properties.get("content_type", "")
    if content_type not in _ACCEPTED:
        raise InvalidEvent({"content_type": [f"Expected one of {', '.join(_ACCEPTED)}."]})
    try:
        decoded = orjson.loads(message.body)
    except orjson.JSONDecodeError as error:
        raise InvalidEvent({"body": [f"Not JSON: {error.msg} at {error.pos}."]}) from None
    return open_envelope(event, decoded)


def _copy(message: Any, exchange: str, routing_key: str, headers: dict[str, Any]) -> Message:
    body = message.body if isinstance(message.body, bytes) else bytes(message.body, "utf-8")
    return Message(
        exchange=exchange,
        routing_key=routing_key,
        body=body,
        content_type=message.properties.get("content_type", ""),
        message_id=message.properties.get("message_id", ""),
        headers=headers,
        type=message.properties.get("type", ""),
    )
