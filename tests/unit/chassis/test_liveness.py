"""A reader that stands still fails the liveness probe (row 8): a restart is then the cure."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest

from chassis.broker import inlet
from chassis.broker.line import Line
from chassis.health import Health


@pytest.fixture
def health(monkeypatch: pytest.MonkeyPatch) -> Health:
    own = Health()
    monkeypatch.setattr(inlet, "HEALTH", own)
    return own


def started_inlet() -> Any:
    """An inlet whose reader was started and has not been heard of since."""
    settings = SimpleNamespace(amqp_uri="amqp://nobody@localhost:1/")
    taking = inlet.Inlet()
    taking.container = SimpleNamespace(
        service_name="desk", config={"settings": settings}, spawn_managed_thread=lambda *_, **__: None
    )
    taking.subscribe(inlet.Subscription("queue", [], 1, lambda *_: None))
    taking.start()
    return taking


def test_a_reader_that_has_just_come_round_is_alive(health: Health) -> None:
    started_inlet()
    assert health.report("/healthz") == (True, {"inlet": True})


def test_a_reader_that_has_not_come_round_for_too_long_is_not(health: Health) -> None:
    line = started_inlet()._line
    line.last_seen_alive = time.monotonic() - inlet.STALE_SECONDS - 1
    assert health.report("/healthz") == (False, {"inlet": False})


def test_a_broker_that_is_not_reached_makes_a_service_unready_but_not_dead(health: Health) -> None:
    started_inlet()
    assert health.report("/readyz") == (False, {"broker": False})
    assert health.report("/healthz")[0]


class IdleConnection:
    """A connection on which nothing ever comes; it stops its line after a few rounds of reading."""

    def __init__(self, line: Line) -> None:
        self.connected = True
        self.transport = SimpleNamespace(sock=SimpleNamespace(settimeout=lambda _: None), _read_buffer=b"")
        self._line, self._rounds = line, 0

    def drain_events(self, timeout: float) -> None:
        self._rounds += 1
        if self._rounds == 3:
            self._line._stopping, self.connected = True, False
        else:
            self._line.heard_of.append(self._line.last_seen_alive)  # type: ignore[attr-defined]
            self._line.last_seen_alive = 0.0
        raise TimeoutError

    def heartbeat_tick(self) -> None:
        pass

    def collect(self) -> None:
        pass


def test_a_reader_is_heard_of_each_time_it_comes_round_though_nothing_comes() -> None:
    line = Line("amqp://nobody@localhost:1/", "desk:test", lambda _: None, lambda: None)
    line.heard_of = []  # type: ignore[attr-defined]
    line._wire = SimpleNamespace(connect=lambda: IdleConnection(line))  # type: ignore[assignment]
    began = time.monotonic()
    line.run()
    assert len(line.heard_of) == 2  # type: ignore[attr-defined]
    assert all(moment >= began for moment in line.heard_of)  # type: ignore[attr-defined]


def test_a_reader_is_heard_of_while_it_tries_to_reach_a_broker_that_is_away() -> None:
    line = Line("amqp://nobody@localhost:1/", "desk:test", lambda _: None, lambda: None)
    heard_of: list[float] = []

    def connect() -> None:
        heard_of.append(line.last_seen_alive)
        line.last_seen_alive = 0.0
        line._stopping = len(heard_of) == 3
        raise ConnectionRefusedError

    line._wire = SimpleNamespace(connect=connect, address="amqp://nobody")  # type: ignore[assignment]
    began = time.monotonic()
    line.run()
    assert all(moment >= began for moment in heard_of)
