"""A report about the head of the bureau passes through real queues and leaves nothing in any of them.

Every queue that the platform declares is looked through after a flow: of events, of requests, of retries, of the dead.
"""

from __future__ import annotations

import json
import subprocess
from datetime import timedelta

import pytest
from amqp.exceptions import NotFound as NoSuchQueue
from kombu import Connection

from chassis import clock
from chassis.broker.topology import Queue
from chassis.config import load_settings, read
from chassis.entrypoints import topology
from chassis.rpc_client import DeadlineExceeded, Refused, RpcClient
from cli.services import service_classes
from contracts.call import Call
from contracts.reports import operations
from contracts.reports.events import ReportSubmittedV1
from contracts.tasks.events import CaseProgressedV1
from deploy.local.checkout import ROOT, Checkout
from deploy.local.parts import common_environment, job_command
from tests.integration.reports.bureau import OFFICE, know_the_bureau, person
from tests.support.attachments.filler import a_text
from tests.support.waiting import eventually

PLANTED = {
    "title": "planted-title-局长收礼",
    "narrative": "planted-narrative 他在会议室收下红包。",
    "subject": "planted-subject-钱某某",
    "name": "planted-name-李四光",
    "phone": "+86 139 1357 2468",
    "message": "planted-message 我还有录像。",
    "file": "planted-file-录像.txt",
    "unheard": "planted-unheard 服务停着。",
}
ABOUT_THE_HEAD = [{"unit": "市司法局", "position": "局长", "name": PLANTED["subject"]}]
TAP = "tap-of-the-sealed-route"


@pytest.fixture(scope="module")
def environment(tmp_path_factory, amqp_uri, mongo_uri, database_prefix):
    checkout = Checkout(tmp_path_factory.mktemp("checkout"))
    return {**common_environment(checkout, amqp_uri, mongo_uri), "DATABASE_PREFIX": database_prefix}


@pytest.fixture(scope="module")
def processes(environment, store, module_service_process, tap):
    know_the_bureau(store)
    subprocess.run(job_command("topology"), env=environment, cwd=ROOT, check=True, capture_output=True)
    names = {"reports": "service:ReportsService", "reports-worker": "worker:ReportsWorker"}
    running = {name: module_service_process(f"services.reports.{target}") for name, target in names.items()}
    running["tasks"] = module_service_process("services.tasks.service:TasksService")
    return running


@pytest.fixture(scope="module")
def tap(amqp_uri):
    """A queue that every event is copied to, bound before anything is published."""
    with Connection(amqp_uri) as connection:
        channel = connection.channel()
        channel.queue_declare(TAP, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
        for exchange in (ReportSubmittedV1.exchange(), CaseProgressedV1.exchange()):
            channel.exchange_declare(exchange, "topic", durable=True, auto_delete=False)
            channel.queue_bind(TAP, exchange, "#")


@pytest.fixture(scope="module")
def ask(amqp_uri, processes):
    """``ask(operation, actor, seconds, **request)``, as the gateway does."""
    rpc = RpcClient(amqp_uri, "test")
    rpc.start()
    eventually(lambda: rpc.connected)

    def call(operation, actor=None, seconds=60.0, **request):
        now = clock.now()
        return rpc.call(operation, request, Call(now=now, deadline=now + timedelta(seconds=seconds), actor=actor))

    yield call
    rpc.stop()


@pytest.fixture(scope="module")
def messages(ask, store, processes, environment, amqp_uri):
    """Everything that is in any queue after the flow: queue -> bodies."""
    a_flow(ask, store, processes["reports"])
    for process in processes.values():
        process.stop()
    (settings,) = read(load_settings, environ=environment)
    queues = [one.name for one in topology(service_classes(), settings) if isinstance(one, Queue)]
    assert len(queues) > 20
    assert any(name.endswith(".dead") for name in queues)
    assert any(name.startswith("retry.") for name in queues)
    return {name: list(drained(amqp_uri, name)) for name in (*queues, TAP)}


def a_flow(ask, store, reports):
    """A report about the head, with all that can be said and sent, and with what fails on the way."""
    report = {
        "kind": "report",
        "category": "money.gifts",
        "title": PLANTED["title"],
        "narrative": PLANTED["narrative"],
        "subjects": ABOUT_THE_HEAD,
        "reporter": {"mode": "named", "name": PLANTED["name"], "phone": PLANTED["phone"]},
    }
    with pytest.raises(Refused):
        ask(operations.submit_report, **{**report, "category": "no-such-category"})
    receipt = ask(operations.submit_report, **report)["receipt"]
    ask(operations.post_current_message, receipt=receipt, text=PLANTED["message"])
    content = PLANTED["narrative"].encode() + a_text(5000)
    file = {"file_name": PLANTED["file"], "content": content, "last": True}
    ask(operations.begin_current_attachment, receipt=receipt, **file)

    case = eventually(lambda: store.db.reports.find_one({"route": "above"})["case"])
    with pytest.raises(Refused) as refused:
        ask(operations.read_case_report, person("desk", of=OFFICE), case_id=case["id"])
    assert refused.value.name == "NotFound"
    seen = ask(operations.read_current_report, receipt=receipt)
    assert seen["messages"][0]["text"] == PLANTED["message"]
    assert seen["history"][-1]["text_code"] == "case.registered_for_above"
    eventually(lambda: store.db.attachments.find_one({"inspection.verdict": {"$exists": True}}))

    reports.stop()
    with pytest.raises(DeadlineExceeded):
        ask(operations.submit_report, seconds=1.0, **{**report, "narrative": PLANTED["unheard"]})


def test_no_queue_holds_anything_of_what_was_said(messages):
    assert {
        name: hits for name, bodies in messages.items() if (hits := [found(body) for body in bodies if found(body)])
    } == {}


def test_no_request_and_no_dead_letter_is_left_at_all(messages):
    left = {name: bodies for name, bodies in messages.items() if name.startswith("rpc-") or name.endswith(".dead")}

    assert {name: len(bodies) for name, bodies in left.items() if bodies} == {}


def test_the_events_were_told_with_their_route_and_ids_alone(messages):
    told = [json.loads(body) for body in messages[TAP]]

    submitted = [event["data"] for event in told if event["type"] == "reports.report_submitted.v1"]
    (above,) = [event for event in submitted if event["route"] == "above"]
    assert above["subject_unit_ids"] == ["bureau"]
    progressed = [event["data"] for event in told if event["type"] == "tasks.case_progressed.v1"]
    (opened,) = [event for event in progressed if event["report_id"] == above["report_id"]]
    assert opened["excluded_unit_ids"] == ["bureau"]


def test_the_search_finds_what_is_there():
    """Otherwise the tests above would prove nothing."""
    assert found(json.dumps({"text": PLANTED["message"]}).encode()) == ["message"]
    assert found(PLANTED["unheard"].encode()) == ["unheard"]


def found(body):
    return [
        name for name, text in PLANTED.items() if text.encode() in body or json.dumps(text).strip('"').encode() in body
    ]


def drained(amqp_uri, queue):
    """The bodies of all messages of a queue; none where it was never made."""
    with Connection(amqp_uri) as connection:
        channel = connection.channel()
        try:
            while (message := channel.basic_get(queue, no_ack=True)) is not None:
                yield message.body if isinstance(message.body, bytes) else message.body.encode()
        except NoSuchQueue:
            return
