"""The service as it runs: events in by the broker, questions by RPC, events out; duplicates, poison and
kills.
"""

from __future__ import annotations

import urllib.request
from datetime import timedelta

import orjson
import pytest
from kombu import Connection, Exchange, Queue
from prometheus_client.parser import text_string_to_metric_families

from chassis import clock, tracing
from chassis.broker.dead_letters import DeadLetters
from chassis.broker.topology import event_queue_name
from chassis.ids import new_id
from chassis.rpc_client import Refused, RpcClient
from contracts.call import Call
from contracts.envelope import CONTENT_TYPE, seal
from contracts.quiz.events import AttemptGradedV1
from contracts.reports.events import ReportSubmittedV1
from contracts.tasks import operations
from contracts.tasks.events import CaseProgressedV1
from tests.integration.tasks.building import DESK, MEMBER, NOW, TRAINER, actor
from tests.support.waiting import eventually

SERVICE = "services.tasks.service:TasksService"
REPORTS = event_queue_name(ReportSubmittedV1, "tasks", "open_cases")


@pytest.fixture(scope="module")
def told(amqp_uri):
    """What the service tells of its cases, as a consumer outside would get it: `told()` gives all so far."""
    heard = []
    with Connection(amqp_uri) as connection:
        exchange = Exchange(CaseProgressedV1.exchange(), "topic", durable=True)
        queue = Queue("listener", exchange, CaseProgressedV1.routing_key(), durable=True)
        bound = queue(connection.default_channel)
        bound.declare()

        def take():
            while (message := bound.get(no_ack=True)) is not None:
                heard.append(orjson.loads(message.body))
            return heard

        yield take


@pytest.fixture(scope="module")
def process(told, module_service_process):
    return module_service_process(SERVICE)


@pytest.fixture(scope="module")
def publish(amqp_uri, process):
    def send(event, bodies):
        with Connection(amqp_uri) as connection:
            producer = connection.Producer()
            for body in bodies:
                producer.publish(
                    body, exchange=event.exchange(), routing_key=event.routing_key(), content_type=CONTENT_TYPE,
                    content_encoding="utf-8", delivery_mode=2,
                )  # fmt: skip

    return send


@pytest.fixture(scope="module")
def ask(amqp_uri, process):
    rpc = RpcClient(amqp_uri, "test")
    rpc.start()
    eventually(lambda: rpc.connected)

    def call(operation, who, **request):
        now = clock.now()
        return rpc.call(operation, request, Call(now=now, deadline=now + timedelta(seconds=60), actor=who))

    yield call
    rpc.stop()


def sealed(event, subject, sequence=1, traceparent=None, **data):
    envelope = seal(event.draft(subject, **data), id=new_id(), sequence=sequence, time=NOW, traceparent=traceparent)
    return orjson.dumps(envelope)


def a_report(report_id, **changes):
    data = {
        "report_id": report_id, "kind": "report", "category": "discipline", "reporter_mode": "anonymous",
        "received_at": clock.now(), "subject_unit_ids": [],
    }  # fmt: skip
    return sealed(ReportSubmittedV1, report_id, **{**data, **changes})


def cases_of(store, ids):
    return store.db.cases.count_documents({"_id": {"$in": ids}})


def duplicates(process):
    with urllib.request.urlopen(f"{process.url}/metrics", timeout=60) as answer:
        families = list(text_string_to_metric_families(answer.read().decode()))
    samples = [sample for family in families for sample in family.samples]
    return sum(sample.value for sample in samples if sample.name == "mingjing_inbox_duplicates_total")


def test_a_report_told_three_times_has_one_case_that_is_told_of_once(publish, ask, told, process):
    report_id = new_id()
    body = a_report(report_id)
    publish(ReportSubmittedV1, [body, body, body])
    eventually(lambda: [one for one in told() if one["subject"] == report_id])
    publish(ReportSubmittedV1, [body, a_report(last := new_id())])
    eventually(lambda: [one for one in told() if one["subject"] == last])
    assert len([one for one in told() if one["subject"] == report_id]) == 1
    assert duplicates(process) >= 1
    case = ask(operations.get_case, DESK, case_id=report_id)
    assert case["allowed_actions"] == ["accept", "refuse", "transfer", "exclude", "merge"]
    ask(operations.act_on_case, DESK, case_id=report_id, action="accept")
    accepted = eventually(lambda: [one for one in told() if one["subject"] == report_id][1:])
    assert [(one["sequence"], one["data"]["reporter_state"]) for one in accepted] == [(2, "accepted")]


def test_each_case_of_a_group_goes_on_in_the_trace_of_its_own_report(publish, told):
    traces = {new_id(): tracing.child(None) for _ in range(20)}
    publish(ReportSubmittedV1, [a_report(id, traceparent=trace) for id, trace in traces.items()])
    eventually(lambda: traces.keys() <= {one["subject"] for one in told()})
    opened = {one["subject"]: one["traceparent"] for one in told() if one["subject"] in traces}
    assert {id: tracing.trace_id(trace) for id, trace in opened.items()} == {
        id: tracing.trace_id(trace) for id, trace in traces.items()
    }


def test_poison_ends_in_the_dead_letter_queue_and_holds_nothing_up(publish, store, amqp_uri):
    letters = DeadLetters(amqp_uri)
    before = letters.counts([REPORTS])[REPORTS]
    good = [new_id() for _ in range(10)]
    incomplete = orjson.loads(a_report(new_id()))
    del incomplete["data"]["category"]
    poison = [orjson.dumps(incomplete), b"not json", orjson.dumps({**incomplete, "type": "reports.other.v1"})]
    publish(ReportSubmittedV1, [*map(a_report, good[:5]), *poison, *map(a_report, good[5:])])
    eventually(lambda: cases_of(store, good) == 10)
    eventually(lambda: letters.counts([REPORTS])[REPORTS] == before + len(poison))
    assert {letter.reason for letter in letters.read(REPORTS, 10)} == {"invalid"}


def test_every_report_has_its_one_case_though_the_process_is_killed_meanwhile(publish, store, process, told):
    ids = [new_id() for _ in range(400)]
    publish(ReportSubmittedV1, map(a_report, ids[:200]))
    eventually(lambda: cases_of(store, ids) > 0)
    process.kill()
    publish(ReportSubmittedV1, map(a_report, ids[200:]))
    process.start()
    process.wait_ready()
    eventually(lambda: cases_of(store, ids) == len(ids))
    wanted = set(ids)
    eventually(lambda: wanted <= {one["subject"] for one in told()})
    numbers = [case["number"] for case in store.db.cases.find({"_id": {"$in": ids}})]
    assert len(set(numbers)) == len(ids)


def test_a_graded_attempt_told_twice_is_credited_once(publish, ask):
    sitter = actor("member", id=new_id())
    graded = {
        "attempt_id": "a", "exam_id": "e", "exam_title": "三月测试", "person_id": sitter.id, "number": 1,
        "score": 88.0, "max_score": 100.0, "passed": True, "credits": 2.0, "points": 8, "required": False,
        "submitted_at": NOW, "graded_at": NOW,
    }  # fmt: skip
    body = sealed(AttemptGradedV1, f"e:{sitter.id}", **graded)
    better = sealed(AttemptGradedV1, f"e:{sitter.id}", 2, **{**graded, "score": 93.0})
    publish(AttemptGradedV1, [better, body, body, better])

    def credited():
        kept = ask(operations.get_my_study_record, sitter)
        return kept if [entry["score"] for entry in kept["entries"]] == [93.0] else None

    kept = eventually(credited)
    assert kept["credits"] == 2.0


@pytest.mark.parametrize("who", [None, MEMBER, TRAINER], ids=["nobody", "member", "trainer"])
def test_the_service_itself_denies_those_without_the_role(ask, who):
    for operation in (
        operations.list_cases, operations.get_case, operations.act_on_case, operations.what_if,
        operations.count_overdue_cases,
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            ask(operation, who, case_id="any", action="accept")
        assert refused.value.name == ("Forbidden" if who else "NotSignedIn")
