"""The gateway's RPC client: one AMQP connection a worker process, shared by all of its threads.

nameko's own proxies are single-threaded and wait for ever. Here any number of threads call at once over one
channel; each gives up at its deadline; the connection comes back by itself; and no more than a fixed number of
calls are in flight, so that a slow service cannot take every thread with it unseen.
"""

from __future__ import annotations

import itertools
import random
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import amqp
import orjson
import structlog
from prometheus_client import Counter, Gauge, Histogram

from chassis import clock, rpc_wire, tracing
from chassis.broker.topology import RPC_EXCHANGE, Exchange
from chassis.broker.wire import HEARTBEAT_SECONDS, LOST, Wire, drop, take
from contracts.call import Call
from contracts.envelope import InvalidEvent, open_envelope
from contracts.event import Event, Received
from contracts.operation import Operation

_log = structlog.get_logger(__name__)

_TRANSIENT = 1
_POLL_SECONDS = 1.0
_LONGEST_WAIT = 2.0
# The wait of a caller that names no deadline.
_DEFAULT_SECONDS = 5.0

CALL_SECONDS = Histogram(
    "mingjing_rpc_client_seconds",
    "From sending a request to having its reply.",
    ["operation", "outcome"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
IN_FLIGHT = Gauge("mingjing_rpc_client_in_flight", "Requests without a reply yet.", multiprocess_mode="livesum")
BUSY = Counter("mingjing_rpc_client_busy_total", "Requests refused because too many were in flight.")


class RpcError(Exception):
    """Base of what a call can end with besides an answer."""

    tellable = True


class Busy(RpcError):
    """As many calls as allowed are in flight."""


class DeadlineExceeded(RpcError):
    """No answer came in time. Whether the request was carried out is not known."""


class Unavailable(RpcError):
    """The broker is away, or the service has never been there: the request was not carried out."""


@dataclass
class Refused(RpcError):
    """The service's refusal: ``name`` of the exception, its fields as ``details``."""

    name: str
    details: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


class _Answer:
    """Waited for by one thread, given by another; a ``Future`` costs three times as much."""

    __slots__ = ("_given", "_what")

    def __init__(self) -> None:
        self._given = threading.Lock()
        self._given.acquire()
        self._what: bytes | Unavailable | None = None

    def give(self, what: bytes | Unavailable) -> None:
        """The reply's body, or why there will be none. Once: by whoever takes it out of the calls."""
        self._what = what
        self._given.release()

    def wait(self, seconds: float) -> bytes | None:
        """The body, None when it does not come in time; raises ``Unavailable``."""
        self._given.acquire(timeout=seconds)
        if isinstance(self._what, Unavailable):
            raise self._what
        return self._what


class RpcClient:
    """Thread-safe. ``start`` after the process has forked, ``stop`` before it ends."""

    def __init__(self, uri: str, name: str, *, max_in_flight: int = 256) -> None:
        self._wire = Wire(uri, f"{name}:rpc", read_seconds=_POLL_SECONDS)
        self._slots = threading.BoundedSemaphore(max_in_flight)
        self._ids = itertools.count(1)
        self._calls: dict[str, _Answer] = {}
        self._subscriptions: list[tuple[type[Event], Callable[[Received], None]]] = []
        self._on_connected: list[Callable[[], None]] = []
        self._writing = threading.Lock()
        self._connection: Any = None
        self._channel: Any = None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def connected(self) -> bool:
        """Whether the broker can be reached now."""
        return self._channel is not None

    def subscribe(self, event: type[Event], callback: Callable[[Received], None]) -> None:
        """Calls ``callback`` in the reading thread for each such event while connected; what is missed is missed.

        For knowledge that every worker needs at once. It must return quickly and not call ``call``.
        """
        self._subscriptions.append((event, callback))

    def on_connected(self, callback: Callable[[], None]) -> None:
        """Calls ``callback`` in a thread of its own after each (re)connection, to catch up on what was missed."""
        self._on_connected.append(callback)

    def start(self) -> None:
        """Starts the reading thread; connecting happens there."""
        self._thread = threading.Thread(target=self._run, name="rpc", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the reading thread; calls in flight fail as ``Unavailable``."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(2 * _POLL_SECONDS)
        self._lose("stopped")

    def call(self, operation: Operation, request: dict[str, Any], call: Call) -> Any:
        """The service's answer. Raises ``Refused``, ``Busy``, ``DeadlineExceeded`` or ``Unavailable``."""
        if not self._slots.acquire(blocking=False):
            BUSY.inc()
            raise Busy("too many requests in flight")
        IN_FLIGHT.inc()
        started = time.perf_counter()
        outcome = "ok"
        try:
            with tracing.step(operation.routing_key, "client", call.traceparent) as traceparent:
                return self._exchange(operation, request, call, traceparent)
        except RpcError as error:
            outcome = error.name if isinstance(error, Refused) else type(error).__name__
            raise
        finally:
            CALL_SECONDS.labels(operation.routing_key, outcome).observe(time.perf_counter() - started)
            IN_FLIGHT.dec()
            self._slots.release()

    def _exchange(self, operation: Operation, request: dict[str, Any], call: Call, traceparent: str) -> Any:
        seconds = (call.deadline - clock.now()).total_seconds() if call.deadline else _DEFAULT_SECONDS
        if seconds <= 0:
            raise DeadlineExceeded(operation.routing_key)
        number = str(next(self._ids))
        headers = {**rpc_wire.headers_of(call), "traceparent": traceparent}
        request_body = rpc_wire.request_body(request)
        message = amqp.Message(
            request_body,
            **rpc_wire.body_properties(request_body),
            delivery_mode=_TRANSIENT,
            correlation_id=number,
            reply_to=rpc_wire.DIRECT_REPLY_TO,
            expiration=str(max(1, int(seconds * 1000))),
            application_headers=headers,
        )
        answer = _Answer()
        self._calls[number] = answer
        try:
            self._send(message, operation.routing_key, seconds)
            body = answer.wait(seconds)
        finally:
            self._calls.pop(number, None)
        if body is None:
            raise DeadlineExceeded(operation.routing_key)
        result, error = rpc_wire.reply_of(body)
        if error is not None:
            raise Refused(error["exc_type"], error.get("details") or {})
        return result

    def _send(self, message: amqp.Message, routing_key: str, seconds: float) -> None:
        if not self._writing.acquire(timeout=seconds):
            raise DeadlineExceeded(routing_key)
        try:
            channel = self._channel
            if channel is None:
                raise Unavailable("no connection to the broker")
            try:
                channel.basic_publish(message, RPC_EXCHANGE, routing_key, mandatory=True)
            except LOST as error:
                self._wake_reader()
                raise Unavailable(f"the broker did not take the request ({type(error).__name__})") from None
        finally:
            self._writing.release()

    def _run(self) -> None:
        wait = 0.1
        while not self._stopping.is_set():
            connection = None
            try:
                connection = self._wire.connect()
                self._set_up(connection)
                wait = 0.1
                self._read(connection)
            except LOST as error:
                _log.warning("broker not reached or lost", address=self._wire.address, reason=type(error).__name__)
            finally:
                self._lose("the connection to the broker was lost")
                drop(connection)
            self._stopping.wait(wait * random.uniform(0.5, 1.0))
            wait = min(wait * 2, _LONGEST_WAIT)

    def _set_up(self, connection: Any) -> None:
        channel = connection.channel()
        Exchange(RPC_EXCHANGE, "topic").declare(channel)
        channel.events["basic_return"].add(self._returned)
        channel.basic_consume(rpc_wire.DIRECT_REPLY_TO, callback=self._replied, no_ack=True)
        for event, callback in self._subscriptions:
            _listen(connection.channel(), event, callback)
        self._connection, self._channel = connection, channel
        _log.info("broker reached", address=self._wire.address)
        for catch_up in self._on_connected:
            threading.Thread(target=catch_up, name="rpc catch-up", daemon=True).start()

    def _read(self, connection: Any) -> None:
        next_beat = 0.0
        while not self._stopping.is_set() and connection.connected:
            with suppress(TimeoutError):
                take(connection, self._wire.patience(connection))
            now = time.monotonic()
            if now >= next_beat:
                with self._writing:
                    connection.heartbeat_tick()
                next_beat = now + HEARTBEAT_SECONDS / 4

    def _replied(self, message: Any) -> None:
        waiting = self._calls.pop(message.properties.get("correlation_id", ""), None)
        if waiting is not None:
            waiting.give(message.body)

    def _returned(self, _: Any, __: str, routing_key: str, message: Any) -> None:
        waiting = self._calls.pop(message.properties.get("correlation_id", ""), None)
        if waiting is not None:
            waiting.give(Unavailable(f"nothing serves {routing_key}"))

    def _lose(self, why: str) -> None:
        self._channel = self._connection = None
        for number in list(self._calls):
            waiting = self._calls.pop(number, None)
            if waiting is not None:
                waiting.give(Unavailable(why))

    def _wake_reader(self) -> None:
        connection = self._connection
        if connection is not None and connection.connected:
            try:
                connection.transport.sock.shutdown(socket.SHUT_RDWR)
            except OSError as error:
                _log.debug("socket was closed already", reason=type(error).__name__)


def _listen(channel: Any, event: type[Event], callback: Callable[[Received], None]) -> None:
    def receive(message: Any) -> None:
        try:
            received = open_envelope(event, orjson.loads(message.body))
        except (orjson.JSONDecodeError, InvalidEvent) as error:
            _log.error("message is no event", type=event.type(), reason=type(error).__name__)
        else:
            callback(received)

    Exchange(event.exchange(), "topic").declare(channel)
    queue = channel.queue_declare("", exclusive=True, auto_delete=True).queue
    channel.queue_bind(queue, event.exchange(), event.routing_key())
    channel.basic_consume(queue, callback=receive, no_ack=True)
