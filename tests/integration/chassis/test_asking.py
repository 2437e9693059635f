"""A service asks another one: an answer, or a clear failure, and no connection before or after."""

from __future__ import annotations

import pytest

from chassis.asking import Line
from chassis.rpc_client import RpcError, Unavailable
from tests.integration.chassis.conftest import QUICK
from tests.integration.chassis.probes import DESK, ask_nobody, repeat
from tests.support.services import StartService


def test_a_line_brings_answers_and_says_when_nobody_serves(amqp_uri: str, service_process: StartService) -> None:
    service_process(DESK, QUICK)
    line = Line(amqp_uri, "asker")
    try:
        assert line(repeat, {"value": 7}) == {"value": 7}
        with pytest.raises(Unavailable):
            line(ask_nobody, {"value": 1})
    finally:
        line.close()
    with pytest.raises(RpcError):
        line(repeat, {"value": 8})


def test_a_line_that_asks_nothing_connects_to_nothing() -> None:
    Line("amqp://nobody.invalid:1/", "asker").close()


def test_without_a_broker_asking_fails_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.asking._CONNECT_SECONDS", 0.2)
    line = Line("amqp://127.0.0.1:9/", "asker")
    with pytest.raises(Unavailable):
        line(repeat, {"value": 1})
    line.close()
