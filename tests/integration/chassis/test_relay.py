"""Rows 6 and 9, and the promises of the outbox: what is written is published, in order per subject, whatever dies."""

from __future__ import annotations

import itertools
import random
import re
import signal
import urllib.request
from typing import Any

import pytest

from chassis.outbox.relay import BATCH
from deploy.local.broker import Broker
from tests.integration.chassis.conftest import QUICK
from tests.integration.chassis.dying_press import AFTER_PUBLISHING, BEFORE_PUBLISHING, DYING_PRESS
from tests.integration.chassis.probes import DESK, PRESS, BellRungV1, NobodyTakesV1, PageTurnedV1
from tests.integration.chassis.workshop import Desk, Listener, Press, Wire
from tests.support.services import ServiceProcess, StartService
from tests.support.waiting import eventually


def unroutable(process: ServiceProcess) -> float:
    """How many publications of the process found no queue."""
    with urllib.request.urlopen(f"{process.url}/metrics", timeout=60) as answer:
        text = answer.read().decode()
    return sum(float(n) for n in re.findall(r"^mingjing_outbox_unroutable_total\{.*\} (\S+)$", text, re.M))


def first_seen(envelopes: list[dict[str, Any]]) -> dict[str, list[int]]:
    """The sequences of each subject in the order in which they came, each counted when it first came."""
    found: dict[str, list[int]] = {}
    for envelope in envelopes:
        sequences = found.setdefault(envelope["subject"], [])
        if envelope["sequence"] not in sequences:
            sequences.append(envelope["sequence"])
    return found


def test_an_event_that_no_queue_takes_stays_in_its_document_until_one_does(
    press: Press, wire: Wire, desk: Desk, service_process: StartService
) -> None:
    """First in this file: nobody has declared a queue for this event yet."""
    with wire.channel() as channel:
        channel.exchange_declare("press.events", "topic", durable=True, auto_delete=False)
    process = service_process(PRESS, QUICK)
    event = press.print("nobody listens", BellRungV1)
    eventually(lambda: unroutable(process) > 0)
    assert press.pending() == 1
    service_process(DESK, QUICK)
    eventually(lambda: desk.done(event))
    eventually(lambda: press.pending() == 0)


def test_an_exchange_that_does_not_exist_yet_costs_no_event(
    press: Press, wire: Wire, service_process: StartService
) -> None:
    with wire.channel() as channel:
        channel.exchange_delete("press.events")
    event = press.print("no exchange", PageTurnedV1)
    process = service_process(PRESS, QUICK)
    eventually(lambda: "relay waits" in process.log() or "broker line lost" in process.log())
    listener = Listener(wire, "press.events", "page_turned")
    eventually(lambda: event in listener.ids())
    assert process.alive


def test_a_subject_that_cannot_be_published_does_not_hold_up_the_others(
    press: Press, wire: Wire, service_process: StartService
) -> None:
    listener = Listener(wire, "press.events", "sheet_printed")
    stuck = press.print("stuck", NobodyTakesV1)
    others = [press.print(f"other-{n}") for n in range(20)]
    service_process(PRESS, QUICK)
    eventually(lambda: set(others) <= set(listener.ids()))
    eventually(lambda: press.pending() == 1)
    taker = Listener(wire, "press.events", "nobody_takes")
    eventually(lambda: stuck in taker.ids())
    eventually(lambda: press.pending() == 0)


@pytest.mark.parametrize("moment", [AFTER_PUBLISHING, BEFORE_PUBLISHING])
def test_a_relay_killed_at_its_worst_moment_loses_nothing_and_every_effect_happens_once(
    press: Press, wire: Wire, desk: Desk, service_process: StartService, moment: str
) -> None:
    listener = Listener(wire, "press.events", "sheet_printed")
    service_process(DESK, QUICK)
    events = [press.print(f"{moment} {n % 5}") for n in range(20)]
    dying = service_process(DYING_PRESS, {**QUICK, "PRESS_DIES": moment}, wait=False)
    assert dying.wait(120) == -signal.SIGKILL
    assert press.pending() == 5
    published_before = set(events) & set(listener.ids())
    assert len(published_before) == (20 if moment == AFTER_PUBLISHING else 0)

    service_process(PRESS, QUICK)
    eventually(lambda: press.pending() == 0)
    eventually(lambda: desk.done(*events))
    assert set(events) <= set(listener.ids())
    assert desk.store.db.effects.count_documents({"_id": {"$in": events}}) == 20


def test_events_of_a_subject_leave_in_order_though_two_relays_are_there_and_the_active_one_is_killed(
    press: Press, wire: Wire, service_process: StartService
) -> None:
    listener = Listener(wire, "press.events", "sheet_printed")
    replicas = [service_process(PRESS, QUICK) for _ in range(2)]
    subjects = [f"order-{n}" for n in range(5)]
    draw = random.Random(20)
    written: list[str] = []
    for number in range(300):
        if number in (100, 200):
            victim = replicas[number // 200]
            victim.kill()
            victim.start()
        written.append(press.print(draw.choice(subjects)))
    eventually(lambda: press.pending() == 0)
    eventually(lambda: set(written) <= set(listener.ids()))
    sequences = {subject: seen for subject, seen in first_seen(listener.received).items() if subject in subjects}
    assert sequences.keys() == set(subjects)
    for seen in sequences.values():
        assert seen == list(range(1, len(seen) + 1))


def test_two_relays_publish_each_event_once_between_them_while_nothing_goes_wrong(
    press: Press, wire: Wire, service_process: StartService
) -> None:
    listener = Listener(wire, "press.events", "sheet_printed")
    for _ in range(2):
        service_process(PRESS, QUICK)
    written = [press.print(f"once-{number % 4}") for number in range(200)]
    eventually(lambda: press.pending() == 0)
    assert sorted(listener.ids()) == sorted(written)


def test_published_events_that_are_put_back_are_taken_out_and_hold_up_no_others(
    press: Press, wire: Wire, service_process: StartService
) -> None:
    """More than a look's worth of them: were they left, every look would find these and nothing else."""
    listener = Listener(wire, "press.events", "sheet_printed")
    service_process(PRESS, QUICK)
    first = press.print("put back")
    eventually(lambda: press.pending() == 0)
    [envelope] = [one for one in listener.collect() if one["id"] == first]
    sheets = press.store.db.sheets
    sheets.insert_many({"_id": f"copy-{number}", "outbox": [envelope]} for number in range(BATCH + 1))

    later = press.print("later")

    eventually(lambda: press.pending() == 0)
    assert listener.ids() == [first, later]


def test_one_of_two_relays_takes_over_when_the_other_is_frozen(
    press: Press, wire: Wire, service_process: StartService
) -> None:
    listener = Listener(wire, "press.events", "sheet_printed")
    replicas = [service_process(PRESS, QUICK) for _ in range(2)]
    before = [press.print("frozen relay") for _ in range(5)]
    eventually(lambda: set(before) <= set(listener.ids()))
    for frozen, _ in itertools.permutations(replicas):
        frozen.pause()
        try:
            events = [press.print("frozen relay") for _ in range(5)]
            eventually(lambda events=events: set(events) <= set(listener.ids()))
        finally:
            frozen.resume()
    seen = first_seen(listener.received)["frozen relay"]
    assert seen == list(range(1, 16))


def test_what_a_handler_writes_while_its_service_stops_is_published_before_the_process_ends(
    press: Press, wire: Wire, service_process: StartService
) -> None:
    listener = Listener(wire, "press.events", "sheet_printed")
    slow = {**QUICK, "OUTBOX_SWEEP_SECONDS": "60"}
    process = service_process(PRESS, slow)
    # It is the active relay once this one has left; relays of earlier tests were killed with the role in hand.
    first = press.print("first words")
    eventually(lambda: first in listener.ids())
    events = [press.print(f"last words {n}") for n in range(10)]
    assert process.stop() == 0
    assert set(events) <= set(listener.ids())
    assert press.pending() == 0


def test_events_wait_in_the_database_while_the_broker_is_gone_and_then_all_leave(
    broker: Broker, press: Press, wire: Wire, service_process: StartService
) -> None:
    listener = Listener(wire, "press.events", "sheet_printed")
    service_process(PRESS, QUICK)
    broker.kill()
    events = [press.print(f"gone-{n % 3}") for n in range(60)]
    assert press.pending() > 0
    broker.restart()
    eventually(lambda: press.pending() == 0)
    assert set(events) <= set(listener.ids())
