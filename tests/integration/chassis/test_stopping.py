"""Rows 3, 8 and 14: a stop finishes what was begun and runs nothing twice; and it always ends."""

from __future__ import annotations

import signal

import pytest

from chassis.rpc_client import RpcClient
from deploy.local.broker import Broker
from tests.integration.chassis.conftest import QUICK
from tests.integration.chassis.probes import DESK, BellRungV1, PageTurnedV1, SheetPrintedV1, act
from tests.integration.chassis.workshop import BELLS, PATIENCE, SHEETS, Desk, Wire, call_within, in_background
from tests.support.services import StartService
from tests.support.waiting import eventually


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_lets_handlers_in_flight_finish_and_no_event_is_handled_again_afterwards(
    desk: Desk, wire: Wire, service_process: StartService, number: signal.Signals
) -> None:
    process = service_process(DESK, QUICK)
    gate = f"stop {number}"
    events = desk.hand(SheetPrintedV1, "wait", count=20, gate=gate)
    bells = desk.hand(BellRungV1, "wait", count=3, gate=gate)
    eventually(lambda: desk.begun(*events) == 2 and desk.begun(*bells) == 3)

    ending = in_background(process.stop, number, PATIENCE)
    eventually(lambda: "service stopping" in process.log())
    desk.open_gate(gate)
    assert ending.result(PATIENCE) == 0

    # What it had at hand it has finished; what it had not been sent waits for the next.
    eventually(lambda: desk.begun(*events) + wire.ready(SHEETS) == 20)
    process.start()
    process.wait_ready()
    eventually(lambda: desk.done(*events, *bells))
    assert desk.runs(*events, *bells) == [1] * 23


def test_events_that_keep_coming_while_a_service_is_replaced_are_each_handled_once(
    desk: Desk, service_process: StartService
) -> None:
    old = service_process(DESK, QUICK)
    events: list[str] = []
    for _ in range(3):
        events += desk.hand(SheetPrintedV1, count=60)
        events += desk.hand(PageTurnedV1, count=60)
        new = service_process(DESK, QUICK)
        events += desk.hand(SheetPrintedV1, count=60)
        assert old.stop() == 0
        old = new
    eventually(lambda: desk.done(*events))
    assert set(desk.runs(*events)) == {1}


def test_a_stop_lets_a_request_in_flight_be_answered(
    desk: Desk, caller: RpcClient, service_process: StartService
) -> None:
    process = service_process(DESK, QUICK)
    answer = in_background(caller.call, act, {"value": 4711, "gate": "rpc stop"}, call_within(PATIENCE))
    eventually(lambda: desk.runs("act 4711") == [1])
    ending = in_background(process.stop)
    eventually(lambda: "service stopping" in process.log())
    desk.open_gate("rpc stop")
    assert answer.result(PATIENCE) == {"value": 4711}
    assert ending.result(PATIENCE) == 0


def test_a_handler_that_does_not_end_is_cut_short_and_its_event_comes_again(
    desk: Desk, service_process: StartService
) -> None:
    process = service_process(DESK, {**QUICK, "STOP_GRACE_SECONDS": "2"})
    (event,) = desk.hand(SheetPrintedV1, "wait", gate="never in time")
    eventually(lambda: desk.begun(event) == 1)
    assert process.stop(grace_s=PATIENCE) == 1
    desk.open_gate("never in time")
    process.start()
    eventually(lambda: desk.done(event))
    assert desk.runs(event) == [2]


def test_a_stop_after_the_broker_was_restarted_under_a_handler_waits_for_nothing_that_is_lost(
    broker: Broker, desk: Desk, service_process: StartService
) -> None:
    """The tags of a lost connection are forgotten, or the drain would wait for acks that nobody can give."""
    process = service_process(DESK, QUICK)
    (event,) = desk.hand(SheetPrintedV1, "wait", gate="restart")
    eventually(lambda: desk.begun(event) == 1)
    broker.restart()
    eventually(lambda: process.ready)
    # The event is delivered again while its first run goes on.
    eventually(lambda: desk.runs(event) == [2])
    desk.open_gate("restart")
    eventually(lambda: desk.done(event))
    assert process.stop() == 0


def test_a_stop_ends_within_its_grace_though_the_broker_is_frozen(
    broker: Broker, desk: Desk, service_process: StartService
) -> None:
    process = service_process(DESK, {**QUICK, "STOP_GRACE_SECONDS": "5"})
    (bell,) = desk.hand(BellRungV1)
    eventually(lambda: desk.done(bell))
    broker.pause()
    try:
        assert process.stop(grace_s=PATIENCE) in (0, 1)
    finally:
        broker.resume()


def test_a_killed_process_loses_no_event(desk: Desk, wire: Wire, service_process: StartService) -> None:
    process = service_process(DESK, QUICK)
    events = desk.hand(BellRungV1, "wait", count=30, gate="kill")
    eventually(lambda: desk.begun(*events) == 8)
    process.kill()
    desk.open_gate("kill")
    process.start()
    eventually(lambda: desk.done(*events))
    eventually(lambda: wire.ready(BELLS) == 0)
