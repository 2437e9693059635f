"""``asker = Asker()``: a service asks another one over RPC, for a query that cannot wait and that no event tells.

Services know each other by events first (docs/decisions). What is asked here is asked rarely, so there is a connection
only while somebody asks.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from nameko.extensions import DependencyProvider

from chassis import clock
from chassis.rpc_client import RpcClient, Unavailable
from contracts.call import Call
from contracts.operation import Operation

_CONNECT_SECONDS = 5.0
_ANSWER_WITHIN = timedelta(seconds=5)


class Line:
    """Asks over one connection, which is made when something is first asked."""

    def __init__(self, amqp_uri: str, name: str) -> None:
        self._client = RpcClient(amqp_uri, name, max_in_flight=1)
        self._started = False

    def __call__(self, operation: Operation, request: dict[str, Any]) -> Any:
        """The other service's answer. Raises ``chassis.rpc_client.RpcError``."""
        if not self._started:
            self._start()
        now = clock.now()
        return self._client.call(operation, request, Call(now=now, deadline=now + _ANSWER_WITHIN))

    def close(self) -> None:
        """Ends the connection, if there is one."""
        if self._started:
            self._client.stop()

    def _start(self) -> None:
        connected = threading.Event()
        self._client.on_connected(connected.set)
        self._client.start()
        self._started = True
        if not connected.wait(_CONNECT_SECONDS):
            raise Unavailable("no connection to the broker")


class Asker(DependencyProvider):
    """Gives handlers ``asker.line()``, a context in which to ask."""

    def get_dependency(self, worker_ctx: Any) -> Asker:
        return self

    @contextmanager
    def line(self) -> Iterator[Line]:
        """A line to the other services, closed at the end."""
        line = Line(self.container.config["settings"].amqp_uri, self.container.service_name)
        try:
            yield line
        finally:
            line.close()
