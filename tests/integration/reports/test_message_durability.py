"""A message that was acknowledged is there once, with one event, whatever happens to the process that took it."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from kombu import Connection

from chassis import clock
from chassis.rpc_client import Busy, DeadlineExceeded, Refused, RpcClient, Unavailable
from contracts.call import Call
from contracts.reports import operations
from contracts.reports.events import MessagePostedV1
from tests.support.waiting import eventually

MANY = 60
KILLED_AFTER = 15


@pytest.fixture
def rpc(amqp_uri):
    client = RpcClient(amqp_uri, "test")
    client.start()
    eventually(lambda: client.connected)
    yield client
    client.stop()


@pytest.fixture
def told(amqp_uri):
    """The numbers of a report's messages that were told of so far: how often each, without events delivered again."""
    seen = {}
    with Connection(amqp_uri) as connection:
        channel = connection.channel()
        channel.exchange_declare(MessagePostedV1.exchange(), "topic", durable=True, auto_delete=False)
        channel.queue_declare("tap", durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
        # All of them: an event that no queue takes holds up those of its report that come after it.
        channel.queue_bind("tap", MessagePostedV1.exchange(), "#")

        def take(report_id):
            while (message := channel.basic_get("tap", no_ack=True)) is not None:
                event = json.loads(message.body)
                if event["type"] == MessagePostedV1.type():
                    seen[event["id"]] = event["data"]
            return Counter(message["number"] for message in seen.values() if message["report_id"] == report_id)

        yield take


def patiently(rpc, operation, request, key):
    """The answer to a request that is repeated, with the same key, until it is acknowledged."""

    def answer():
        now = clock.now()
        circumstances = Call(now=now, deadline=now + timedelta(seconds=3), idempotency_key=key)
        try:
            return rpc.call(operation, request, circumstances)
        except (Busy, DeadlineExceeded, Unavailable):
            return None
        except Refused as refusal:
            if refusal.name in ("Interrupted", "Unavailable"):
                return None
            raise

    return eventually(answer)


def test_no_message_is_lost_or_doubled_when_the_process_is_killed(service_process, rpc, told, store):
    process = service_process("services.reports.service:ReportsService")
    report = {"kind": "report", "category": "other", "title": "题", "narrative": "经过"}
    receipt = patiently(rpc, operations.submit_report, report, "whose-messages")["receipt"]
    acknowledged, enough = {}, Event()

    def write(number):
        request = {"receipt": receipt, "text": f"第{number}条"}
        acknowledged[number] = patiently(rpc, operations.post_current_message, request, f"message-{number}")["id"]
        if len(acknowledged) >= KILLED_AFTER:
            enough.set()

    with ThreadPoolExecutor(8) as clients:
        writing = [clients.submit(write, number) for number in range(MANY)]
        assert enough.wait(120)
        process.kill()
        process.start().wait_ready()
        for each in writing:
            each.result()

    ids = set(acknowledged.values())
    stored = list(store.db.messages.find({"_id": {"$in": list(ids)}}))
    [report_id] = {message["report_id"] for message in stored}
    counted = store.reports.get(report_id)
    assert len(ids) == store.db.messages.count_documents({"report_id": report_id}) == MANY
    assert sorted(message["number"] for message in stored) == list(range(1, MANY + 1))
    assert (counted["message_count"], counted["sent"], counted["unread"]) == (
        MANY, {"reporter": MANY, "staff": 0}, {"staff": MANY},
    )  # fmt: skip
    eventually(lambda: told(report_id) == Counter(range(1, MANY + 1)))
