"""Rows 1, 2, 4, 11 and 12 of the framework's faults: what becomes of a message that a handler cannot deal with."""

from __future__ import annotations

import itertools

import amqp
import orjson
import pytest

from chassis.broker.topology import DELIVERY_LIMIT, dead_letter_queue_name
from deploy.local.broker import Broker
from tests.integration.chassis.conftest import QUICK
from tests.integration.chassis.probes import DESK, BellRungV1, PageTurnedV1, SheetPrintedV1
from tests.integration.chassis.workshop import BELLS, PAGES, SHEETS, Desk, Wire, envelope
from tests.support.services import ServiceProcess, StartService
from tests.support.waiting import eventually

ATTEMPTS = 4


@pytest.fixture(scope="module", autouse=True)
def process(module_service_process: StartService) -> ServiceProcess:
    return module_service_process(DESK, {**QUICK, "MAX_ATTEMPTS": str(ATTEMPTS)})


def test_an_event_whose_handler_fails_is_tried_again_until_it_succeeds(desk: Desk) -> None:
    (event,) = desk.hand(SheetPrintedV1, "fail twice")
    eventually(lambda: desk.done(event))
    assert desk.runs(event) == [3]


def test_an_event_that_always_fails_is_tried_a_bounded_number_of_times_with_waits_between(
    desk: Desk, wire: Wire
) -> None:
    (event,) = desk.hand(SheetPrintedV1, "fail")
    letter = eventually(lambda: wire.dead(SHEETS))
    moments = desk.moments(event)
    assert len(moments) == ATTEMPTS
    waits = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert [wait >= least for wait, least in zip(waits, (0.3, 0.6, 0.6), strict=True)] == [True] * 3
    assert orjson.loads(letter.body)["id"] == event


def test_a_dead_letter_tells_why_without_repeating_content(desk: Desk, wire: Wire) -> None:
    desk.hand(SheetPrintedV1, "fail")
    letter = eventually(lambda: wire.dead(SHEETS))
    assert letter.headers["x-dead-reason"] == "exhausted"
    assert letter.headers["x-dead-attempts"] == ATTEMPTS
    assert "ValueError" in letter.headers["x-dead-error"]
    assert "_obey" in letter.headers["x-dead-traceback"]
    assert "王小明" not in str(letter.headers["x-dead-error"]) + letter.headers["x-dead-traceback"].replace(
        'raise ValueError("the sheet of 王小明 is torn")', ""
    )


def test_a_rejected_event_goes_to_the_dead_letters_at_once(desk: Desk, wire: Wire) -> None:
    (event,) = desk.hand(SheetPrintedV1, "reject")
    letter = eventually(lambda: wire.dead(SHEETS))
    assert (desk.runs(event), letter.headers["x-dead-reason"]) == ([1], "rejected")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{not json", "application/cloudevents+json"),
        (b"\x80\x04K\x01.", "application/x-python-serialize"),
        (b"{}", "application/x-unheard-of"),
        (b'"a string"', "application/json"),
        (b"{}", "application/json"),
    ],
)
def test_a_message_that_is_no_event_is_kept_as_a_dead_letter_and_never_handled(
    desk: Desk, wire: Wire, body: bytes, content_type: str
) -> None:
    before = desk.store.db.runs.count_documents({})
    wire.publish("press.events", "sheet_printed", [body], content_type)
    letter = eventually(lambda: wire.dead(SHEETS))
    kept = letter.body if isinstance(letter.body, bytes) else letter.body.encode()
    assert (kept, letter.properties["content_type"]) == (body, content_type)
    assert letter.headers["x-dead-reason"] == "invalid"
    assert desk.store.db.runs.count_documents({}) == before


def test_after_messages_that_are_no_events_the_next_event_is_handled(desk: Desk, wire: Wire) -> None:
    wire.publish("press.events", "sheet_printed", [b"?"] * 5)
    (event,) = desk.hand(SheetPrintedV1)
    eventually(lambda: desk.done(event))
    for _ in range(5):
        assert eventually(lambda: wire.dead(SHEETS))


def test_an_event_of_another_version_is_kept_as_a_dead_letter(desk: Desk, wire: Wire) -> None:
    other = {**envelope(SheetPrintedV1, "s-1", 1), "type": "press.sheet_printed.v7"}
    wire.publish("press.events", "sheet_printed", [orjson.dumps(other)])
    letter = eventually(lambda: wire.dead(SHEETS))
    assert "press.sheet_printed.v1" in letter.headers["x-dead-error"]


def test_one_event_that_fails_does_not_keep_the_rest_of_its_group_from_its_effect(desk: Desk, wire: Wire) -> None:
    envelopes = [envelope(PageTurnedV1, f"p-{n}", 1, do="fail" if n == 3 else "handle") for n in range(10)]
    wire.publish("press.events", "page_turned", [orjson.dumps(e) for e in envelopes])
    good = [e["id"] for e in envelopes if e["data"]["do"] == "handle"]
    eventually(lambda: desk.done(*good))
    letter = eventually(lambda: wire.dead(PAGES))
    assert orjson.loads(letter.body)["id"] == envelopes[3]["id"]


def test_a_process_holds_only_as_many_messages_as_it_can_work_on_soon(desk: Desk, wire: Wire) -> None:
    events = desk.hand(SheetPrintedV1, "wait", count=50, gate="prefetch")
    eventually(lambda: desk.begun(*events) == 2)
    # Two at work, two more at hand; nameko would hold as many as all its workers.
    eventually(lambda: wire.ready(SHEETS) == 46)
    desk.open_gate("prefetch")
    eventually(lambda: desk.done(*events))


def test_a_handler_that_is_held_up_does_not_hold_up_the_others(desk: Desk) -> None:
    held_up = desk.hand(SheetPrintedV1, "wait", count=50, gate="held up")
    eventually(lambda: desk.begun(*held_up) == 2)
    bells = desk.hand(BellRungV1, count=20)
    eventually(lambda: desk.done(*bells))
    desk.open_gate("held up")
    eventually(lambda: desk.done(*held_up))


def test_queues_of_events_are_replicated_durable_and_named_after_publisher_event_and_consumer(
    broker: Broker, amqp_uri: str
) -> None:
    vhost = amqp_uri.rpartition("/")[2]
    rows = broker.control("list_queues", "--vhost", vhost, "--no-table-headers", "name", "type", "durable").split("\n")
    described = {row.split("\t")[0]: row.split("\t")[1:] for row in rows if row}
    for queue in (SHEETS, PAGES, BELLS):
        assert described[queue] == ["quorum", "true"]
        assert described[dead_letter_queue_name(queue)] == ["quorum", "true"]
    assert SHEETS == "evt-press-sheet_printed--desk.file_sheet"


def test_a_message_that_takes_its_consumer_down_every_time_is_set_aside_by_the_broker(
    desk: Desk, wire: Wire, process: ServiceProcess
) -> None:
    """The net under crash loops: consumers that die with the message in hand, without the chassis."""
    process.stop()
    try:
        (event,) = desk.hand(BellRungV1)
        for _ in range(DELIVERY_LIMIT + 1):
            with wire.channel() as channel:
                assert eventually(lambda channel=channel: channel.basic_get(BELLS))
        letter: amqp.Message = eventually(lambda: wire.dead(BELLS))
        assert orjson.loads(letter.body)["id"] == event
    finally:
        process.start()
        process.wait_ready()
