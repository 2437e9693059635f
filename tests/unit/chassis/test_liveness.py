"""A reader that stands still fails the liveness probe (row 8): a restart is then the cure."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest

from chassis.broker import inlet
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
