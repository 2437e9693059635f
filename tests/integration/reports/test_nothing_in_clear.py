"""After a full flow through the gateway, nothing that a reporter said is found in clear anywhere.

Real processes, a real broker, a real database. The test plants strings, then reads every document of every database,
every event, every queue, all logs and all metrics.
"""

from __future__ import annotations

import base64
import json
import subprocess
from datetime import timedelta

import httpx
import pytest
from amqp.exceptions import NotFound as NoSuchQueue
from bson.raw_bson import RawBSONDocument
from kombu import Connection
from pymongo import MongoClient

from chassis import clock
from chassis.broker.topology import event_queue_name
from chassis.rpc_client import RpcClient
from contracts.call import Actor, Call
from contracts.reports import operations
from contracts.reports.events import MessagePostedV1, ReportRatedV1, ReportSubmittedV1
from contracts.tasks.events import CaseProgressedV1
from deploy.local.checkout import ROOT, Checkout
from deploy.local.health import answers_200
from deploy.local.parts import common_environment, gateway, job_command
from deploy.local.ports import choose_free
from tests.support.system import RunningPart
from tests.support.waiting import eventually

PLANTED = {
    "title": "planted-title-窗口收钱",
    "narrative": "planted-narrative 他在茶馆收下一只信封。",
    "subject": "planted-subject-钱多多",
    "place": "planted-place-老茶馆",
    "detail": "planted-detail 监控只留七天。",
    "name": "planted-name-张三丰",
    "phone": "+86 139 0000 1357",
    "address": "planted-address-武当路一号",
    "message": "planted-message 我还有照片。",
    "answer": "planted-answer 请说明日期。",
    "suggestion": "planted-suggestion 窗口中午不关门。",
    "because": "planted-because 下月起实行。",
    "refused": "planted-refused-错误的电话",
    "typo": "ABCDE-ABCDE-ABCDE-ABCDE",
}
DESK = Actor("desk-person", "线索管理员", frozenset({"desk"}), "bureau", ("bureau",))
TAP = "tap"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    return Checkout(tmp_path_factory.mktemp("gateway"))


@pytest.fixture(scope="module")
def environment(checkout, amqp_uri, mongo_uri, database_prefix):
    return {
        **common_environment(checkout, amqp_uri, mongo_uri),
        "DATABASE_PREFIX": database_prefix,
        "LOG_LEVEL": "DEBUG",
    }


@pytest.fixture(scope="module")
def processes(checkout, environment, module_service_process, tmp_path_factory):
    """Reports, tasks and the gateway, all telling as much as they ever tell."""
    subprocess.run(job_command("topology"), env=environment, cwd=ROOT, check=True, capture_output=True)
    chatty = {"LOG_LEVEL": "DEBUG"}
    reports = module_service_process("services.reports.service:ReportsService", chatty)
    tasks = module_service_process("services.tasks.service:TasksService", chatty)
    part = gateway(checkout, environment, choose_free())
    log = tmp_path_factory.mktemp("log") / "gateway.log"
    face = RunningPart(part, log)
    face.start()
    try:
        eventually(lambda: answers_200(f"{part.address}/healthz"), 30)
        yield {"reports": reports, "tasks": tasks, "gateway": face}
    finally:
        face.kill()


@pytest.fixture(scope="module")
def events(amqp_uri):
    """Every event, copied from the exchanges before anything is published."""
    with Connection(amqp_uri) as connection:
        channel = connection.channel()
        channel.queue_declare(TAP, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
        for exchange in (ReportSubmittedV1.exchange(), CaseProgressedV1.exchange()):
            channel.exchange_declare(exchange, "topic", durable=True, auto_delete=False)
            channel.queue_bind(TAP, exchange, "#")
        return lambda: drained(amqp_uri, TAP)


@pytest.fixture(scope="module")
def staff(amqp_uri, processes):
    """Calls as the desk, as the gateway sends them."""
    rpc = RpcClient(amqp_uri, "test")
    rpc.start()
    eventually(lambda: rpc.connected, 10)

    def call(operation, request):
        now = clock.now()
        return rpc.call(operation, request, Call(now=now, deadline=now + timedelta(seconds=10), actor=DESK))

    yield call
    rpc.stop()


@pytest.fixture(scope="module")
def receipts(events, processes, staff, mongo_client, database_prefix):
    """A report and a suggestion, with everything that can be said about them; their receipts."""
    with httpx.Client(base_url=f"{processes['gateway'].url}/api/v1", timeout=20) as public:
        return tell_everything(public, staff, mongo_client[f"{database_prefix}reports"])


def tell_everything(public, staff, database):
    report = {
        "kind": "report",
        "category": "money.gifts",
        "title": PLANTED["title"],
        "narrative": PLANTED["narrative"],
        "subjects": [{"name": PLANTED["subject"], "unit": PLANTED["subject"]}],
        "place": PLANTED["place"],
        "details": {"amount": 29_917.53, "danger": ["evidence"], "danger_why": PLANTED["detail"]},
        "reporter": {
            "mode": "named",
            "name": PLANTED["name"],
            "phone": PLANTED["phone"],
            "address": PLANTED["address"],
        },
    }
    suggestion = {"kind": "suggestion", "category": "service", "title": "t", "narrative": PLANTED["suggestion"]}
    receipt = accepted(public.post("/reports", json=report, headers={"Idempotency-Key": "planted"}), 201)["receipt"]
    suggested = accepted(public.post("/reports", json=suggestion), 201)["receipt"]
    mine = {"Authorization": f"Receipt {receipt}"}
    message = {"text": PLANTED["message"]}
    accepted(public.post("/reports/current/messages", json=message, headers=mine | {"Idempotency-Key": "m"}), 201)

    def refused(status, **changes):
        assert public.post("/reports", json=report | changes).status_code == status

    refused(422, reporter={"mode": "named", "name": PLANTED["name"], "phone": PLANTED["refused"]})
    refused(422, category=PLANTED["refused"])
    refused(422, unknown=PLANTED["refused"])
    refused(422, narrative=PLANTED["refused"] + "\u0000")
    assert public.get("/reports/current", headers={"Authorization": f"Receipt {PLANTED['typo']}"}).status_code == 422

    known = {"received_at": {"$gt": clock.now() - timedelta(hours=2)}, "case.id": {"$exists": True}}
    eventually(lambda: database.reports.find_one(known), 20)
    case_id = database.reports.find_one(known)["case"]["id"]
    read = staff(operations.read_case_report, {"case_id": case_id})
    assert read["details"]["danger_why"] == PLANTED["detail"]
    assert (read["narrative"], read["messages"][0]["text"]) == (PLANTED["narrative"], PLANTED["message"])
    staff(operations.post_case_report_message, {"case_id": case_id, "text": PLANTED["answer"]})
    suggestion_id = staff(operations.list_suggestions, {"limit": 1})["items"][0]["id"]
    answer = {"suggestion_id": suggestion_id, "decision": "adopted", "because": PLANTED["because"]}
    assert staff(operations.answer_suggestion, answer)["narrative"] == PLANTED["suggestion"]
    theirs = {"Authorization": f"Receipt {suggested}"}
    rating = {"satisfied": False, "reason": PLANTED["message"]}
    accepted(public.post("/reports/current/rating", json=rating, headers=theirs), 200)
    seen = accepted(public.get("/reports/current", headers=mine), 200)
    assert [message["text"] for message in seen["messages"]] == [PLANTED["message"], PLANTED["answer"]]
    assert accepted(public.get("/reports/current", headers=theirs), 200)["answer"]["because"] == PLANTED["because"]
    assert accepted(public.get("/reports/current", headers={"Authorization": "Receipt " + receipt.lower()}), 200)
    return [receipt, suggested]


def test_nothing_is_found_in_any_document(receipts, mongo_uri, database_prefix):
    read = 0
    with MongoClient(mongo_uri, document_class=RawBSONDocument) as client:
        for database in client.list_database_names():
            if not database.startswith(database_prefix):
                continue
            for collection in client[database].list_collection_names():
                for document in client[database][collection].find():
                    read += 1
                    assert found(bytes(document.raw), receipts) == [], f"{database}.{collection}"

    assert read > 10


def test_nothing_is_found_in_any_event(receipts, events):
    messages = events()

    assert {json.loads(message)["type"] for message in messages} >= {
        "reports.message_posted.v1",
        "reports.report_rated.v1",
        "reports.report_submitted.v1",
        "tasks.case_progressed.v1",
    }
    assert [found(message, receipts) for message in messages] == [[]] * len(messages)


def test_nothing_is_left_in_any_queue(receipts, amqp_uri):
    consumers = (
        ("tasks", "open_cases", ReportSubmittedV1),
        ("tasks", "note_messages", MessagePostedV1),
        ("tasks", "take_rating", ReportRatedV1),
        ("reports", "show_progress", CaseProgressedV1),
    )
    for service, method, event in consumers:
        queue = event_queue_name(event, service, method)
        for name in (queue, f"{queue}.dead", f"rpc-{service}"):
            left = drained(amqp_uri, name)
            assert [found(message, receipts) for message in left] == [[]] * len(left), name


def test_nothing_is_found_in_any_log(receipts, processes):
    for name, process in processes.items():
        log = process.log_file.read_bytes()
        assert log, name
        assert found(log, receipts) == [], name


def test_nothing_is_found_in_any_metric(receipts, processes):
    for name, process in processes.items():
        metrics = httpx.get(f"{process.url}/metrics").content
        assert b"mingjing" in metrics, name
        assert found(metrics, receipts) == [], name


def test_the_search_finds_what_is_there(receipts):
    """Otherwise the tests above would prove nothing."""
    assert found(f"…{PLANTED['narrative']}…".encode(), receipts) == ["narrative"]
    assert found(json.dumps(PLANTED["message"]).encode(), receipts) == ["message"]
    assert found(base64.b64encode(PLANTED["name"].encode()), receipts) == ["name"]
    assert found(receipts[0].replace("-", "").lower().encode(), receipts) == ["receipt"]


def accepted(response, status):
    assert response.status_code == status, response.text
    return response.json()


def found(where, receipts):
    """Which of the planted strings ``where`` holds, as UTF-8, JSON with escapes, or base64 of the whole."""
    folded = where.lower()
    wanted = {name: spellings(text) for name, text in PLANTED.items()}
    wanted["receipt"] = [
        spelling for receipt in receipts for part in (receipt, receipt.replace("-", ""), receipt[:17])
        for spelling in spellings(part)
    ]  # fmt: skip
    return [name for name, texts in wanted.items() if any(text.lower() in folded for text in texts)]


def spellings(text):
    escaped = json.dumps(text).strip('"').encode()
    return [text.encode(), escaped, base64.b64encode(text.encode()).rstrip(b"=")[:-1]]


def drained(amqp_uri, queue):
    """The bodies of all messages of a queue, which is empty afterwards; none when there is no such queue."""
    bodies = []
    with Connection(amqp_uri) as connection:
        channel = connection.channel()
        try:
            while (message := channel.basic_get(queue, no_ack=True)) is not None:
                bodies.append(message.body if isinstance(message.body, bytes) else message.body.encode())
        except NoSuchQueue:
            pass
    return bodies
