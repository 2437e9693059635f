"""What one worker process holds: a connection to the broker, the keys, the counters. Made after the fork."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import structlog

from chassis import clock, logs, tracing
from chassis.config import Settings as ChassisSettings
from chassis.rpc_client import RpcClient, RpcError
from contracts.call import Call
from contracts.identity import operations as identity
from contracts.identity.events import SessionEndedV1
from contracts.operation import Operation
from gateway.authentication import Authenticator
from gateway.challenges.door import Door
from gateway.limits import Limits, SharedCounters
from gateway.parts import Parts
from gateway.settings import Settings, load

log = structlog.get_logger(__name__)

NAME = "gateway"

_open: list[RpcClient] = []


def parts_from_environment() -> Parts:
    """The parts of this worker process, connected. ``ConfigurationError`` names every wrong value."""
    settings, chassis = load()
    logs.configure(NAME, level=chassis.log_level, form=chassis.log_format, gathered=True)
    tracing.configure(NAME, chassis.otlp_endpoint)
    clock.drive(chassis.clock_file)
    if clock.is_driven():
        log.warning("clock_driven_by_a_test", now=clock.now().isoformat())
    rpc = RpcClient(chassis.amqp_uri, NAME, max_in_flight=settings.rpc_in_flight)
    authenticator = _authenticator(rpc, settings)
    rpc.subscribe(SessionEndedV1, lambda event: _end(authenticator, event.data))
    rpc.on_connected(lambda: _catch_up(authenticator))
    rpc.start()
    _open.append(rpc)
    limits = _limits(settings, chassis)
    return Parts(settings, rpc, authenticator, limits, Door(settings, limits))


def close() -> None:
    """Ends the connection to the broker; called when the worker has answered its last request."""
    while _open:
        _open.pop().stop()


def _authenticator(rpc: RpcClient, settings: Settings) -> Authenticator:
    def ask(operation: Operation, request: dict[str, Any]) -> dict[str, Any]:
        now = clock.now()
        deadline = now + timedelta(seconds=settings.rpc_timeout_seconds)
        answer: dict[str, Any] = rpc.call(operation, request, Call(now=now, deadline=deadline))
        return answer

    def fetch_keys() -> list[dict[str, Any]]:
        keys: list[dict[str, Any]] = ask(identity.signing_keys, {})["keys"]
        return keys

    def fetch_ended() -> list[dict[str, Any]]:
        ended: list[dict[str, Any]] = []
        cursor = None
        while True:
            page = ask(identity.list_ended_sessions, {"cursor": cursor, "limit": 1000})
            ended += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return ended

    return Authenticator(settings.token_issuer, fetch_keys, fetch_ended)


def _end(authenticator: Authenticator, data: dict[str, Any]) -> None:
    authenticator.end(data["session_id"], data["access_expires_at"])


def _catch_up(authenticator: Authenticator) -> None:
    try:
        authenticator.catch_up()
    except RpcError as error:
        # Identity is away. Before the first keys nobody is let in, and they are fetched together with these;
        # after that, what is missed now dies with its access token.
        log.warning("ended_sessions_not_caught_up", reason=str(error))


def _limits(settings: Settings, chassis: ChassisSettings) -> Limits:
    counters = SharedCounters(chassis.mongo_uri, f"{chassis.database_prefix}gateway")
    return Limits(settings, counters, settings.address_key.encode())
