"""``@at_start``: a method that runs once in each process of its service, as soon as the database answers."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import eventlet
import structlog
from eventlet.event import Event
from nameko.extensions import Entrypoint

from chassis import tracing
from chassis.faults import database_away, describe

_log = structlog.get_logger(__name__)

_PAUSE = 2.0


class AtStart(Entrypoint):
    """The nameko entrypoint behind ``at_start``."""

    def __init__(self) -> None:
        super().__init__()
        self._done = False
        self._stopping = False
        self._idle = True

    def start(self) -> None:
        self.container.spawn_managed_thread(self._run, identifier=f"at start {self.method_name}")

    def stop(self) -> None:
        self._stopping = True
        while not self._idle:
            eventlet.sleep(0.02)

    def _run(self) -> None:
        while not self._done and not self._stopping:
            self._idle = False
            self._attempt()
            self._idle = True
            if not self._done:
                eventlet.sleep(_PAUSE)

    def _attempt(self) -> None:
        ended = Event()

        def finished(_: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            ended.send()
            return result, exc_info

        self.container.spawn_worker(self, (self,), {}, handle_result=finished)
        ended.wait()

    def attempt(self, call: Callable[[], Any]) -> None:
        """Calls the method; the next attempt comes only when the database was away. Raises nothing."""
        with tracing.step(f"{self.container.service_name}.{self.method_name}", "consumer", None):
            try:
                call()
            except Exception as error:
                if database_away(error):
                    _log.warning("database away", at_start=self.method_name, reason=describe(error))
                    return
                _log.error("work at the start failed", at_start=self.method_name, exc_info=error)
        self._done = True


def at_start(method: Callable[..., Any]) -> Callable[..., Any]:
    """Decorates a service method ``(self)`` to run once, beside everything else, when the process starts.

    While the database is away it is tried again; any other error is logged, and the service goes on without it.
    """

    @functools.wraps(method)
    def run(service: Any, entrypoint: AtStart) -> None:
        entrypoint.attempt(functools.partial(method, service))

    decorated: Callable[..., Any] = AtStart.decorator()(run)
    return decorated
