"""``@serve(operation)``: a method of a service answers one RPC.

Before the method: the deadline, the roles and the request are checked. After it: only what the response schema
declares leaves the service, and an exception becomes a refusal or, without its text, a fault.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import structlog
from marshmallow import ValidationError
from nameko.extensions import Entrypoint, ProviderCollector, SharedExtension

from chassis import clock, metrics, rpc_wire, tracing
from chassis.broker.inlet import Inlet, Subscription
from chassis.broker.replies import Replies
from chassis.broker.topology import Exchange, Queue, rpc_queue
from chassis.faults import database_away
from chassis.refusals import Forbidden, Invalid, NotSignedIn, Unavailable, is_refusal, validation_errors
from contracts.call import Call
from contracts.operation import Operation

_log = structlog.get_logger(__name__)


class MalformedRequest(Exception):
    """The message is no request: a fault of its sender, told to the sender without details."""


@dataclass
class Interrupted(Exception):
    """The request had been started when the process or its line was lost; it is not safe to start it again."""

    retry_after: int = 1


class RpcInlet(SharedExtension, ProviderCollector):
    """Takes the requests of all operations of a service from its one RPC queue and hands them out by name."""

    inlet = Inlet()
    replies = Replies()

    def __init__(self) -> None:
        super().__init__()
        self._methods: dict[str, Serve] = {}

    def setup(self) -> None:
        settings = self.container.config["settings"]
        service = self.container.service_name
        topology = rpc_queue(service, settings.rpc_queue_type)
        queue = f"rpc-{service}"
        self.inlet.subscribe(Subscription(queue, topology, settings.rpc_workers, self._take))

    def add(self, entrypoint: Serve) -> None:
        """Called by each entrypoint at its setup."""
        if entrypoint.operation.service != self.container.service_name:
            raise TypeError(f"{entrypoint.operation.routing_key} is no operation of this service")
        self._methods[entrypoint.operation.routing_key] = entrypoint

    def _take(self, message: Any, settle: Callable[[], None], lost: Callable[[], bool]) -> None:
        headers = message.headers or {}
        if rpc_wire.expired(headers, clock.now()):
            metrics.RPC_SECONDS.labels(message.delivery_info["routing_key"], "expired").observe(0)
            settle()
            return
        routing_key = message.delivery_info["routing_key"]
        entrypoint = self._methods.get(routing_key)
        if entrypoint is None:
            self._refuse(message, "MethodNotFound", {"method": routing_key})
            settle()
        elif message.delivery_info["redelivered"] and not entrypoint.operation.repeatable:
            self._refuse(message, "Interrupted", {"retry_after": 1})
            settle()
        else:

            def done(_: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
                if exc_info is not None:
                    _log.critical("operation failed outside its method", exc_info=exc_info[1])
                    result = rpc_wire.reply_body(None, rpc_wire.error_body("Fault", {}))
                self._reply(message, result)
                settle()
                return None, None

            self.container.spawn_worker(entrypoint, (entrypoint, message), {}, handle_result=done)

    def _refuse(self, message: Any, name: str, details: dict[str, Any]) -> None:
        self._reply(message, rpc_wire.reply_body(None, rpc_wire.error_body(name, details)))

    def _reply(self, message: Any, body: bytes) -> None:
        reply_to = message.properties.get("reply_to")
        if reply_to:
            self.replies.send(reply_to, message.properties.get("correlation_id", ""), body)


class Serve(Entrypoint):
    """The nameko entrypoint behind ``serve``."""

    rpc_inlet = RpcInlet()

    def __init__(self, operation: Operation) -> None:
        super().__init__()
        self.operation = operation

    def topology(self, service: str, queue_type: str) -> list[Exchange | Queue]:
        """What must exist on the broker for this operation."""
        return rpc_queue(service, queue_type)

    def setup(self) -> None:
        self.rpc_inlet.add(self)

    def stop(self) -> None:
        self.rpc_inlet.inlet.drain()

    def answer(self, method: Callable[[dict[str, Any], Call], Any], message: Any) -> bytes:
        """The reply's body for one request. Raises nothing."""
        operation = self.operation
        headers = message.headers or {}
        started = time.perf_counter()
        with tracing.step(operation.routing_key, "server", rpc_wire.traceparent_of(headers)) as traceparent:
            try:
                call = rpc_wire.call_of(headers, traceparent)
                result = operation.dump(method(_request(operation, call, message.body), call))
                outcome, body = "ok", rpc_wire.reply_body(result, None)
            except Exception as error:
                outcome, refusal = _refusal(operation, error)
                body = rpc_wire.reply_body(None, refusal)
        metrics.RPC_SECONDS.labels(operation.routing_key, outcome).observe(time.perf_counter() - started)
        return body


def serve(operation: Operation) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorates a service method ``(self, request, call)`` as the implementation of ``operation``.

    ``request`` is a dict loaded by the operation's schema; the method returns a dict for the response schema.
    """

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def run(service: Any, entrypoint: Serve, message: Any) -> bytes:
            return entrypoint.answer(functools.partial(method, service), message)

        decorated: Callable[..., Any] = Serve.decorator(operation)(run)
        return decorated

    return decorate


def _request(operation: Operation, call: Call, body: bytes | str) -> dict[str, Any]:
    if not operation.allows(call.actor):
        raise Forbidden() if call.actor else NotSignedIn()
    try:
        request = rpc_wire.request_of(body)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise MalformedRequest from None
    try:
        return operation.load(request)
    except ValidationError as error:
        raise Invalid(validation_errors(error.messages)) from None


def _refusal(operation: Operation, error: Exception) -> tuple[str, dict[str, Any]]:
    if is_refusal(error):
        name = type(error).__name__
        return name, rpc_wire.error_body(name, asdict(error), path=type(error).__module__)  # type: ignore[call-overload]
    if database_away(error):
        _log.warning("database away", operation=operation.routing_key, reason=type(error).__name__)
        return "Unavailable", rpc_wire.error_body("Unavailable", asdict(Unavailable("database")))
    _log.error("operation failed", operation=operation.routing_key, exc_info=error)
    return "Fault", rpc_wire.error_body("Fault", {})
