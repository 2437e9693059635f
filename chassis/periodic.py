"""``@every(seconds, role)``: a method that runs again and again, on one replica of its service at a time; without a
role, on each."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Any

import eventlet
import structlog
from eventlet.event import Event
from nameko.extensions import Entrypoint
from pymongo.errors import PyMongoError

from chassis import clock, tracing
from chassis.database_provider import Database
from chassis.faults import database_away, describe
from chassis.lease import Lease

_log = structlog.get_logger(__name__)

_SHORTEST_LEASE = 10.0
_LOOK_AT_DRIVEN_CLOCK = 0.05


class Every(Entrypoint):
    """The nameko entrypoint behind ``every``."""

    def __init__(self, seconds: float, role: str | None) -> None:
        super().__init__()
        self.seconds = seconds
        self.role = role
        self._lease: Lease | None = None
        self._stopping = False
        self._thread: Any = None
        self._idle = True

    @property
    def task(self) -> str:
        """What it is called in logs."""
        return self.role or str(self.method_name)

    def start(self) -> None:
        self._thread = self.container.spawn_managed_thread(self._run, identifier=f"every {self.task}")

    def stop(self) -> None:
        self._stopping = True
        while not self._idle:
            eventlet.sleep(0.02)
        if self._lease is not None and self._lease.held:
            self._give_role_up(self._lease)

    def _give_role_up(self, lease: Lease) -> None:
        try:
            lease.release()
        except PyMongoError as error:
            _log.warning("role not given up, it runs out", role=self.role, reason=describe(error))

    def _run(self) -> None:
        since = clock.now()
        while not self._stopping:
            self._wait(since)
            if self._stopping:
                return
            since = clock.now()
            self._idle = False
            self._take_turn()
            self._idle = True

    def _wait(self, since: datetime) -> None:
        """For a period. Where a test drives the clock, until that has moved on by one since the last turn began."""
        if not clock.is_driven():
            eventlet.sleep(self.seconds)
            return
        while not self._stopping and abs((clock.now() - since).total_seconds()) < self.seconds:
            eventlet.sleep(min(self.seconds, _LOOK_AT_DRIVEN_CLOCK))

    def _take_turn(self) -> None:
        done = Event()

        def finished(_: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            done.send()
            return result, exc_info

        self.container.spawn_worker(self, (self,), {}, handle_result=finished)
        done.wait()

    def turn(self, call: Callable[[Any], Any]) -> None:
        """Calls the method with the time if this replica has the role. Raises nothing."""
        with tracing.step(f"{self.container.service_name}.{self.method_name}", "consumer", None):
            try:
                if self._role_is_ours():
                    call(clock.now())
            except Exception as error:
                if database_away(error):
                    _log.warning("database away", role=self.task, reason=type(error).__name__)
                else:
                    _log.error("periodic work failed", role=self.task, exc_info=error)

    def _role_is_ours(self) -> bool:
        if self.role is None:
            return True
        if self._lease is None:
            database = next(d for d in self.container.dependencies if isinstance(d, Database))
            self._lease = Lease(database.store.db, f"every {self.role}", max(3 * self.seconds, _SHORTEST_LEASE))
        return self._lease.hold(renew_after=self._lease.seconds / 3)


def every(*, seconds: float, role: str | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorates a service method ``(self, now)`` to run every ``seconds``, never twice at once.

    Without a ``role`` it runs in each replica: for what a process keeps in its own memory. With one, another replica
    takes the role over when its holder stops, or is gone for ten seconds (or three periods). For a moment two may then
    run, so the work must bear it. The service needs a ``Database``.
    """

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def run(service: Any, entrypoint: Every) -> None:
            entrypoint.turn(functools.partial(method, service))

        decorated: Callable[..., Any] = Every.decorator(seconds, role)(run)
        return decorated

    return decorate
