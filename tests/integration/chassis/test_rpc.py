"""Row 10: a caller gets an answer, a refusal or a clear failure by its deadline, and never somebody else's."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from chassis import clock
from chassis.rpc_client import Busy, DeadlineExceeded, Refused, RpcClient, Unavailable
from contracts.operation import Operation
from contracts.roles import PUBLIC
from deploy.local.broker import Broker
from tests.integration.chassis.conftest import QUICK
from tests.integration.chassis.probes import DESK, Instruction, Said, act, ask_nobody, mirror, repeat
from tests.integration.chassis.workshop import PATIENCE, Desk, call_within, in_background
from tests.support.services import ServiceProcess, StartService
from tests.support.waiting import eventually


@pytest.fixture
def process(service_process: StartService) -> ServiceProcess:
    return service_process(DESK, QUICK)


@pytest.fixture
def narrow_caller(amqp_uri: str) -> Iterator[RpcClient]:
    """It lets two calls be in flight."""
    client = RpcClient(amqp_uri, "narrow", max_in_flight=2)
    client.start()
    eventually(lambda: client.connected)
    yield client
    client.stop()


def test_a_service_that_nobody_runs_is_told_at_once(caller: RpcClient) -> None:
    with pytest.raises(Unavailable):
        caller.call(ask_nobody, {"value": 1}, call_within(PATIENCE))


def test_a_service_that_is_down_fails_the_call_at_its_deadline_and_does_not_run_it_later(
    caller: RpcClient, process: ServiceProcess, desk: Desk
) -> None:
    process.stop()
    call = call_within(1)
    with pytest.raises(DeadlineExceeded):
        caller.call(repeat, {"value": 77}, call)
    assert clock.now() >= call.deadline
    # Nobody waits any more, so the request is not run when the service is back.
    process.start()
    process.wait_ready()
    assert caller.call(repeat, {"value": 78}, call_within(PATIENCE)) == {"value": 78}
    assert desk.runs("repeat 77") == [0]


def test_a_deadline_that_has_passed_is_not_even_sent(caller: RpcClient, process: ServiceProcess, desk: Desk) -> None:
    with pytest.raises(DeadlineExceeded):
        caller.call(repeat, {"value": 55}, call_within(-1))
    assert caller.call(repeat, {"value": 56}, call_within(PATIENCE)) == {"value": 56}
    assert desk.runs("repeat 55") == [0]


def test_calls_of_many_threads_share_a_connection_and_each_gets_its_own_answer(
    caller: RpcClient, process: ServiceProcess
) -> None:
    answers = {
        value: in_background(caller.call, repeat, {"value": value}, call_within(PATIENCE))
        for value in range(1000, 1060)
    }
    assert {value: answer.result(PATIENCE)["value"] for value, answer in answers.items()} == {v: v for v in answers}


def test_a_short_deadline_beside_a_long_one_ends_its_own_call_only(
    caller: RpcClient, process: ServiceProcess, desk: Desk
) -> None:
    long = in_background(caller.call, repeat, {"value": 1, "gate": "patience"}, call_within(PATIENCE))
    with pytest.raises(DeadlineExceeded):
        caller.call(repeat, {"value": 2, "gate": "patience"}, call_within(1))
    assert not long.done()
    desk.open_gate("patience")
    assert long.result(PATIENCE) == {"value": 1}


def test_more_calls_than_allowed_in_flight_are_turned_away_at_once(
    narrow_caller: RpcClient, process: ServiceProcess, desk: Desk
) -> None:
    held = [
        in_background(narrow_caller.call, repeat, {"value": value, "gate": "busy"}, call_within(PATIENCE))
        for value in (201, 202)
    ]
    eventually(lambda: desk.runs("repeat 201", "repeat 202") == [1, 1])
    with pytest.raises(Busy):
        narrow_caller.call(repeat, {"value": 3}, call_within(PATIENCE))
    assert not any(answer.done() for answer in held)
    desk.open_gate("busy")
    assert [answer.result(PATIENCE)["value"] for answer in held] == [201, 202]
    assert narrow_caller.call(repeat, {"value": 3}, call_within(PATIENCE)) == {"value": 3}


def test_a_call_under_way_when_the_broker_restarts_fails_clearly_and_the_next_one_works(
    broker: Broker, caller: RpcClient, process: ServiceProcess, desk: Desk
) -> None:
    under_way = in_background(caller.call, repeat, {"value": 900, "gate": "broker"}, call_within(PATIENCE))
    eventually(lambda: desk.runs("repeat 900") == [1])
    broker.restart()
    with pytest.raises(Unavailable):
        under_way.result(PATIENCE)
    desk.open_gate("broker")
    eventually(lambda: caller.connected and process.ready)
    assert caller.call(repeat, {"value": 901}, call_within(PATIENCE)) == {"value": 901}


@pytest.mark.parametrize("repeatable", [False, True], ids=["not repeatable", "repeatable"])
def test_a_request_interrupted_by_a_crash_is_run_again_only_if_that_is_harmless(
    caller: RpcClient, process: ServiceProcess, desk: Desk, repeatable: bool
) -> None:
    operation, value = (repeat, 501) if repeatable else (act, 500)
    gate = f"crash {value}"
    answer = in_background(caller.call, operation, {"value": value, "gate": gate}, call_within(PATIENCE))
    run = f"{operation.name} {value}"
    eventually(lambda: desk.runs(run) == [1])
    process.kill()
    desk.open_gate(gate)
    process.start()
    if repeatable:
        assert answer.result(PATIENCE) == {"value": value}
        assert desk.runs(run) == [2]
    else:
        with pytest.raises(Refused) as refused:
            answer.result(PATIENCE)
        assert refused.value.name == "Interrupted"
        assert desk.runs(run) == [1]


def test_an_operation_that_the_service_does_not_have_is_refused_by_name(
    caller: RpcClient, process: ServiceProcess
) -> None:
    unknown = Operation("desk", "no_such_thing", Instruction, Said, PUBLIC, repeatable=True)
    with pytest.raises(Refused) as refused:
        caller.call(unknown, {"value": 1}, call_within(PATIENCE))
    assert refused.value.name == "MethodNotFound"


def test_a_request_that_its_schema_refuses_never_reaches_the_service_method(
    caller: RpcClient, process: ServiceProcess, desk: Desk
) -> None:
    with pytest.raises(Refused) as refused:
        caller.call(repeat, {"value": "not a number"}, call_within(PATIENCE))
    assert refused.value.name == "Invalid"
    assert desk.runs("repeat not a number") == [0]


@pytest.mark.parametrize("content", [b"", b"\x00", b"{}", "文".encode("gb18030"), os.urandom(1_048_577)], ids=len)
def test_bytes_go_there_and_come_back_as_they_are(caller: RpcClient, process: ServiceProcess, content: bytes) -> None:
    parcel = {"label": "证据", "content": content}
    assert caller.call(mirror, parcel, call_within(PATIENCE)) == parcel


def test_more_bytes_than_the_contract_allows_are_refused(caller: RpcClient, process: ServiceProcess) -> None:
    with pytest.raises(Refused) as refused:
        caller.call(mirror, {"label": "", "content": bytes(2_000_001)}, call_within(PATIENCE))
    assert refused.value.name == "Invalid"
    assert refused.value.details["errors"][0]["field"] == "content"
