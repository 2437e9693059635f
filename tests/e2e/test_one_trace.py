"""One trace leads from an HTTP request through its RPC and its event to the event that another service answers with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import orjson
import pytest
from kombu import Connection, Exchange, Queue

from chassis import tracing
from contracts.reports.events import ReportSubmittedV1
from contracts.tasks.events import CaseProgressedV1
from tests.support.system import System
from tests.support.waiting import eventually

pytestmark = pytest.mark.system

REPORT = {
    "kind": "report",
    "category": "conduct.attitude",
    "title": "窗口推诿",
    "narrative": "三次到窗口办理法律援助，均被告知下周再来。",
    "subjects": [{"name": "某工作人员", "unit": "某司法所"}],
    "reporter": {"mode": "anonymous"},
}


@pytest.fixture
def heard(system: System) -> Iterator[Callable[[str], list[dict[str, Any]]]]:
    """The events of a type since the test began, as any listener with a queue of its own gets them."""
    with Connection(system.amqp_uri) as connection:
        queues = {}
        for event in (ReportSubmittedV1, CaseProgressedV1):
            exchange = Exchange(event.exchange(), "topic", durable=True)
            queue = Queue("", exchange, event.routing_key(), exclusive=True)(connection.default_channel)
            queue.declare()
            queues[event.type()] = (queue, [])

        def take(type: str) -> list[dict[str, Any]]:
            queue, events = queues[type]
            while (message := queue.get(no_ack=True)) is not None:
                events.append(orjson.loads(message.body))
            return events

        yield take


def test_the_events_of_a_request_carry_its_trace(system: System, heard: Callable[[str], list[dict[str, Any]]]) -> None:
    traceparent = tracing.child(None)
    trace = tracing.trace_id(traceparent)
    answer = httpx.post(
        f"{system.address}/api/v1/reports", json=REPORT, headers={"traceparent": traceparent}, timeout=60
    )
    assert answer.status_code == 201
    assert tracing.trace_id(answer.headers["traceresponse"]) == trace

    def of_the_trace(type: str) -> list[dict[str, Any]]:
        return [event for event in heard(type) if tracing.trace_id(event["traceparent"]) == trace]

    (submitted,) = eventually(lambda: of_the_trace(ReportSubmittedV1.type()))
    (progressed,) = eventually(lambda: of_the_trace(CaseProgressedV1.type()))
    assert progressed["data"]["report_id"] == submitted["data"]["report_id"]
    assert progressed["traceparent"] != submitted["traceparent"]
