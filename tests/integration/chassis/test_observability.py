"""What an operator sees of a service: logs from a request to its events, without content; metrics; spans."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from chassis import tracing
from chassis.rpc_client import Refused, RpcClient
from tests.integration.chassis.lamps import break_lamp, light_lamp
from tests.integration.chassis.workshop import PATIENCE, call_within
from tests.support.services import ServiceProcess, StartService
from tests.support.sinks.collector import Collector
from tests.support.waiting import eventually

TARGET = "tests.integration.chassis.lamps:Lamps"
SECRET = "王小明收受礼金"


@pytest.fixture(scope="module")
def rpc(amqp_uri: str) -> Iterator[RpcClient]:
    client = RpcClient(amqp_uri, "test")
    client.start()
    eventually(lambda: client.connected)
    yield client
    client.stop()


@pytest.fixture(scope="module")
def lamps(module_service_process: StartService) -> ServiceProcess:
    return module_service_process(TARGET, {"LOG_FORMAT": "json", "LOG_LEVEL": "DEBUG"})


@pytest.fixture
def collector() -> Iterator[Collector]:
    server = Collector().start()
    yield server
    server.stop()


def lines(process: ServiceProcess) -> list[dict[str, Any]]:
    return [json.loads(line) for line in process.log().splitlines() if line.startswith("{")]


def metric(process: ServiceProcess, name: str, **labels: str) -> float:
    with urllib.request.urlopen(f"{process.url}/metrics", timeout=60) as answer:
        families = text_string_to_metric_families(answer.read().decode())
    samples = [sample for family in families for sample in family.samples if sample.name == name]
    return sum(sample.value for sample in samples if labels.items() <= sample.labels.items())


def test_a_line_logged_for_an_event_carries_trace_event_and_subject(lamps: ServiceProcess, rpc: RpcClient) -> None:
    traceparent = tracing.child(None)
    lamp = rpc.call(light_lamp, {"colour": "red"}, replace(call_within(PATIENCE), traceparent=traceparent))
    line = eventually(lambda: next(line for line in lines(lamps) if line.get("subject") == lamp["id"]))
    assert line["trace_id"] == tracing.trace_id(traceparent)
    assert line["event_id"]
    assert line["consumer"] == "lamps.notice_lamp"
    assert line["service"] == "lamps"


def test_errors_in_requests_and_events_are_logged_without_what_they_quote(
    lamps: ServiceProcess, rpc: RpcClient
) -> None:
    with pytest.raises(Refused) as raised:
        rpc.call(break_lamp, {"colour": SECRET}, call_within(PATIENCE))
    assert (raised.value.name, raised.value.details) == ("Fault", {})
    rpc.call(light_lamp, {"colour": f"broken {SECRET}"}, call_within(PATIENCE))
    eventually(lambda: any(line["event"] == "event given up on" for line in lines(lamps)))
    assert any(line["event"] == "operation failed" and "break_lamp" in line["trace"] for line in lines(lamps))
    assert SECRET not in lamps.log()
    assert json.dumps(SECRET)[1:-1] not in lamps.log()


def test_metrics_count_requests_events_dead_letters_and_the_outbox(lamps: ServiceProcess, rpc: RpcClient) -> None:
    # All lamps lit so far were noticed.
    eventually(lambda: metric(lamps, "mingjing_outbox_published_total") == metric(lamps, "mingjing_events_total"))
    before = metric(lamps, "mingjing_events_total", outcome="handled")
    rpc.call(light_lamp, {"colour": "red"}, call_within(PATIENCE))
    rpc.call(light_lamp, {"colour": "broken"}, call_within(PATIENCE))
    eventually(lambda: metric(lamps, "mingjing_events_total", outcome="handled") == before + 1)
    eventually(lambda: metric(lamps, "mingjing_dead_letters_total", reason="exhausted") >= 1)
    assert metric(lamps, "mingjing_rpc_seconds_count", operation="lamps.light_lamp", outcome="ok") >= 2
    assert metric(lamps, "mingjing_outbox_published_total", type="lamps.lamp_lit.v1") >= 2
    assert metric(lamps, "mingjing_outbox_lag_seconds_count") >= 2
    assert metric(lamps, "mingjing_broker_connected", line="inlet") == 1


def test_spans_of_a_request_and_of_its_event_reach_the_collector_in_one_trace(
    lamps: ServiceProcess, service_process: StartService, amqp_uri: str, collector: Collector
) -> None:
    lamps.stop()
    traced = service_process(TARGET, {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url})
    client = RpcClient(amqp_uri, "traced")
    client.start()
    eventually(lambda: client.connected)
    traceparent = tracing.child(None)
    client.call(light_lamp, {"colour": "red"}, replace(call_within(PATIENCE), traceparent=traceparent))
    eventually(lambda: metric(traced, "mingjing_events_total", outcome="handled") == 1)
    client.stop()
    traced.stop()
    ours = [span for span in collector.spans if span.trace_id.hex() == tracing.trace_id(traceparent)]
    assert {span.name for span in ours} == {"lamps.light_lamp", "lamps.notice_lamp"}
    request, event = sorted(ours, key=lambda span: span.start_time_unix_nano)
    assert event.parent_span_id == request.span_id
