"""A connection to the broker that keeps itself up, owned by greenlets of a service process.

One greenlet reads; any other may write. A lost connection is dropped without ceremony and made anew.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import eventlet
import structlog

from chassis.broker.deliveries import MOST_AT_ONCE
from chassis.broker.wire import HEARTBEAT_SECONDS, LOST, Wire, buffered, drop, take
from chassis.faults import describe
from chassis.metrics import BROKER_CONNECTED

_log = structlog.get_logger(__name__)

_READ_SECONDS = 1.0
_CLOSE_SECONDS = 2.0
_LONGEST_WAIT = 5.0


class Line:
    """Calls ``on_open(connection)`` after every (re)connection and ``on_lost()`` after every loss.

    Both run in the reading greenlet: they may declare, consume and open channels there.
    """

    def __init__(self, uri: str, name: str, on_open: Callable[[Any], None], on_lost: Callable[[], None]) -> None:
        self._wire = Wire(uri, name)
        self._name = name
        self._on_open = on_open
        self._on_lost = on_lost
        self._stopping = False
        self.connection: Any = None
        self.last_seen_alive = time.monotonic()
        self._connected = BROKER_CONNECTED.labels(name.rpartition(":")[2])

    @property
    def up(self) -> bool:
        """Whether the connection is open and set up."""
        return self.connection is not None

    def run(self) -> None:
        """Keeps the connection up and reads from it until ``stop``. The body of a managed greenlet."""
        wait = 0.1
        while not self._stopping:
            self.last_seen_alive = time.monotonic()
            try:
                self._serve()
                wait = 0.1
            except LOST as error:
                if self.up:
                    wait = 0.1
                    _log.warning("broker line lost", line=self._name, reason=describe(error))
                else:
                    _log.warning(
                        "broker not reached",
                        line=self._name,
                        address=self._wire.address,
                        reason=type(error).__name__,
                    )
            finally:
                self.reset()
            if not self._stopping:
                eventlet.sleep(wait * random.uniform(0.5, 1.0))
                wait = min(wait * 2, _LONGEST_WAIT)

    def reset(self) -> None:
        """Drops the connection; the reader makes a new one."""
        connection, self.connection = self.connection, None
        if connection is not None:
            self._connected.set(0)
            self._on_lost()
            drop(connection)

    def stop(self) -> None:
        """Closes politely, so that what was written has been taken, but waits no longer than two seconds."""
        self._stopping = True
        connection = self.connection
        if connection is not None:
            with eventlet.Timeout(_CLOSE_SECONDS, False):
                try:
                    connection.send_method((10, 50), "BsBB", (200, "stopping", 0, 0))
                    while self.connection is not None:
                        eventlet.sleep(0.01)
                except LOST as error:
                    _log.info("broker line was lost while closing", line=self._name, reason=describe(error))
        self.reset()

    def _serve(self) -> None:
        connection = self._wire.connect()
        try:
            connection.transport.sock.settimeout(_READ_SECONDS)
            self._on_open(connection)
        except BaseException:
            drop(connection)
            raise
        self.connection = connection
        self._connected.set(1)
        _log.info("broker line up", line=self._name)
        next_beat = time.monotonic()
        taken = 0
        while self.connection is connection and connection.connected:
            try:
                taken += take(connection, _READ_SECONDS)
            except TimeoutError:
                taken = 0
            if not connection.connected:
                return
            self.last_seen_alive = time.monotonic()
            if self.last_seen_alive >= next_beat:
                connection.heartbeat_tick()
                next_beat = self.last_seen_alive + HEARTBEAT_SECONDS / 4
            if not buffered(connection):
                taken = 0
            elif taken >= MOST_AT_ONCE:
                taken = 0
                eventlet.sleep(0)
