"""What was acknowledged is there, once, whatever happens to the process that took it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from kombu import Connection

from chassis import clock
from chassis.config import read
from chassis.rpc_client import Busy, DeadlineExceeded, Refused, RpcClient, Unavailable
from contracts.call import Call
from contracts.reports import operations
from contracts.reports.events import ReportSubmittedV1
from services.reports.settings import load_settings
from tests.support.waiting import eventually

MANY = 60
KILLED_AFTER = 15


@pytest.fixture
def submit(amqp_uri):
    """``submit(key)``: a report with this idempotency key; its receipt."""
    rpc = RpcClient(amqp_uri, "test")
    rpc.start()
    eventually(lambda: rpc.connected)

    def call(key):
        now = clock.now()
        request = {"kind": "report", "category": "other", "title": key, "narrative": "经过"}
        circumstances = Call(now=now, deadline=now + timedelta(seconds=3), idempotency_key=key)
        return rpc.call(operations.submit_report, request, circumstances)["receipt"]

    yield call
    rpc.stop()


@pytest.fixture
def events(amqp_uri):
    """The ids of the reports that were told of so far, one an event."""
    told = []
    with Connection(amqp_uri) as connection:
        channel = connection.channel()
        channel.exchange_declare(ReportSubmittedV1.exchange(), "topic", durable=True, auto_delete=False)
        channel.queue_declare("tap", durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
        channel.queue_bind("tap", ReportSubmittedV1.exchange(), "#")

        def take():
            while (message := channel.basic_get("tap", no_ack=True)) is not None:
                told.append(json.loads(message.body)["subject"])
            return told

        yield take


def test_nothing_acknowledged_is_lost_or_doubled_when_the_process_is_killed(
    service_process, submit, events, store, sealer
):
    process = service_process("services.reports.service:ReportsService")
    before = {report["_id"] for report in store.db.reports.find({}, {"_id": 1})}
    acknowledged = {}
    enough = Event()

    def send(number):
        """As a patient client: the same request, with the same key, until it is acknowledged."""
        key = f"durable-{number}"

        def accepted():
            try:
                acknowledged[key] = submit(key)
            except (Busy, DeadlineExceeded, Unavailable):
                return False
            except Refused as refusal:
                if refusal.name in ("Interrupted", "Unavailable"):
                    return False
                raise
            if len(acknowledged) >= KILLED_AFTER:
                enough.set()
            return True

        eventually(accepted)

    with ThreadPoolExecutor(8) as clients:
        sending = [clients.submit(send, number) for number in range(MANY)]
        assert enough.wait(120)
        process.kill()
        process.start().wait_ready()
        for each in sending:
            each.result()

    stored = {report["_id"] for report in store.db.reports.find({}, {"_id": 1})} - before
    assert len(stored) == MANY
    own = sealer_of(process)
    assert {store.reports.of_receipt(own.receipt_hash(receipt))["_id"] for receipt in acknowledged.values()} == stored
    eventually(lambda: set(events()) >= stored)


def sealer_of(process):
    """The keys that the process was given."""
    (settings,) = read(load_settings, environ=process.env)
    return settings.sealer
