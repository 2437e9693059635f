"""Rows 7, 8 and 9: the broker is frozen, out of memory, restarted or killed; nothing hangs and nothing is lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from chassis.broker.wire import HEARTBEAT_SECONDS
from chassis.rpc_client import DeadlineExceeded, RpcClient, Unavailable
from deploy.local.broker import Broker
from deploy.local.health import answers_200
from tests.integration.chassis.conftest import QUICK
from tests.integration.chassis.probes import DESK, PRESS, BellRungV1, SheetPrintedV1, repeat
from tests.integration.chassis.workshop import PATIENCE, Desk, Press, call_within
from tests.support.services import ServiceProcess, StartService
from tests.support.waiting import eventually


@pytest.fixture(scope="module")
def desk_process(module_service_process: StartService) -> ServiceProcess:
    return module_service_process(DESK, QUICK)


@pytest.fixture(scope="module", autouse=True)
def press_process(module_service_process: StartService, desk_process: ServiceProcess) -> ServiceProcess:
    return module_service_process(PRESS, QUICK)


@contextmanager
def frozen(broker: Broker) -> Iterator[None]:
    broker.pause()
    try:
        yield
    finally:
        broker.resume()


@contextmanager
def without_memory(broker: Broker) -> Iterator[None]:
    """The broker blocks whoever publishes, but goes on delivering."""
    broker.control("set_vm_memory_high_watermark", "absolute", "1")
    try:
        yield
    finally:
        broker.control("set_vm_memory_high_watermark", "absolute", "1000000000")


def test_a_frozen_broker_holds_up_no_process_for_longer_than_a_publish_may_take(
    broker: Broker, press: Press, desk: Desk, press_process: ServiceProcess, desk_process: ServiceProcess
) -> None:
    with frozen(broker):
        events = [press.print("frozen") for _ in range(5)]
        eventually(lambda: "relay waits for the broker" in press_process.log())
        assert answers_200(f"{press_process.url}/healthz")
        # The consumer's reader comes round though nothing can be read, and drops the line when no heartbeat comes.
        eventually(lambda: "broker line lost" in desk_process.log(), 60 + 3 * HEARTBEAT_SECONDS)
        assert answers_200(f"{desk_process.url}/healthz")
        eventually(lambda: not desk_process.ready)
    eventually(lambda: desk.done(*events))
    eventually(lambda: press.pending() == 0)
    assert desk_process.ready
    assert desk_process.alive
    assert press_process.alive


def test_a_broker_out_of_memory_blocks_publishers_for_a_while_and_then_gets_every_event(
    broker: Broker, press: Press, desk: Desk, press_process: ServiceProcess
) -> None:
    seen = press_process.log().count("relay waits for the broker")
    with without_memory(broker):
        events = [press.print(f"alarm-{n}") for n in range(20)]
        eventually(lambda: press_process.log().count("relay waits for the broker") > seen)
        assert answers_200(f"{press_process.url}/healthz")
    eventually(lambda: desk.done(*events))


def test_a_request_to_a_frozen_broker_fails_at_its_deadline(broker: Broker, caller: RpcClient) -> None:
    assert caller.call(repeat, {"value": 1}, call_within(PATIENCE)) == {"value": 1}
    with frozen(broker), pytest.raises((DeadlineExceeded, Unavailable)):
        caller.call(repeat, {"value": 2}, call_within(1))
    eventually(lambda: caller.call(repeat, {"value": 3}, call_within(5)) == {"value": 3})


@pytest.mark.parametrize("gently", [True, False], ids=["restarted", "killed"])
def test_no_event_is_lost_while_the_broker_is_restarted_under_load(
    broker: Broker, press: Press, desk: Desk, gently: bool
) -> None:
    events: list[str] = []
    enough = threading.Event()

    def write() -> None:
        for number in range(10_000):
            if enough.wait(0.01):
                return
            events.append(press.print(f"load-{gently}-{number % 7}"))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        eventually(lambda: desk.done(*events[:20]) and len(events) > 20)
        broker.restart(gently=gently)
        count = len(events)
        eventually(lambda: len(events) > count + 20)
    finally:
        enough.set()
        writer.join()
    eventually(lambda: press.pending() == 0)
    eventually(lambda: desk.done(*events))


def test_an_event_whose_handler_ran_across_a_restart_of_the_broker_has_its_effect_once(
    broker: Broker, desk: Desk
) -> None:
    (event,) = desk.hand(BellRungV1, "wait", gate="across")
    eventually(lambda: desk.begun(event) == 1)
    broker.restart()
    eventually(lambda: desk.runs(event) == [2])
    desk.open_gate("across")
    eventually(lambda: desk.done(event))
    (after,) = desk.hand(SheetPrintedV1)
    eventually(lambda: desk.done(after))
    assert desk.store.db.effects.count_documents({"_id": event}) == 1


def test_a_service_that_starts_while_the_broker_is_away_begins_to_work_when_it_is_back(
    broker: Broker, desk: Desk, service_process: StartService
) -> None:
    with frozen(broker):
        process = service_process(DESK, QUICK, wait=False)
        eventually(lambda: answers_200(f"{process.url}/healthz"))
        assert not process.ready
    process.wait_ready()
    (event,) = desk.hand(SheetPrintedV1)
    eventually(lambda: desk.done(event))
