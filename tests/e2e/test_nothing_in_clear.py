"""After everything that can be done with reports, nothing that a reporter said or is stands anywhere in clear.

A system of its own, with nothing left out: all services under the most talkative logs, real accounts, HTTP alone, the
command line. Everything is planted with words that are found nowhere else; then every document, event, queue, log,
metric, span and file is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pytest
from amqp import Message
from pymongo import MongoClient

from deploy.local.broker import Broker
from deploy.local.database import Database
from tests.e2e.everything import planted
from tests.e2e.everything.all_of_it import do_everything
from tests.e2e.everything.planted import WORDS
from tests.e2e.everything.stage import Stage
from tests.support.in_clear import Search
from tests.support.moments import times_in
from tests.support.remains import Remains, Remnant
from tests.support.sinks.collector import Collector
from tests.support.system import System

NAME = "in_clear"
ENVIRONMENT = {
    "LOG_LEVEL": "DEBUG",
    "LOG_FORMAT": "json",
    "TRUSTED_PROXIES": "1",
    "GATEWAY_FREE_WRITE_LIMIT": "8/minute",
    "GATEWAY_WRONG_RECEIPT_LIMIT": "3/minute",
}
# Where the time of what reporters do stands, and is not told of a report: who does what regularly and when next, and
# the counts behind keyed hashes of addresses. Of new units it is kept until when they are told of, some time ahead.
NOT_OF_REPORTS = ("gateway.counters", "leases", "identity.idempotency")


class Told(NamedTuple):
    stage: Stage
    remains: Remains
    search: Search
    metrics: list[Remnant]
    collector: Collector


@pytest.fixture(scope="module")
def told(broker: Broker, mongo: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Everything was done; the system has stopped, so that what was held back is written out."""
    collector = Collector().start()
    folder, vhost = tmp_path_factory.mktemp(NAME), broker.create_vhost(NAME)
    scratch = folder / "scratch"
    scratch.mkdir()
    environment = {**ENVIRONMENT, "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "TMPDIR": str(scratch)}
    system = System(folder, vhost, mongo.uri, prefix=f"{NAME}_", environment=environment)
    remains = Remains(system, broker, mongo, NAME)
    stage = Stage(system, tmp_path_factory.mktemp("above"))
    try:
        system.start("identity")
        do_everything(stage)
        metrics = [*remains.metrics(), *(Remnant("before", page) for page in stage.metrics)]
        for part in reversed(system.parts.values()):
            part.stop()
        holders = stage.holders
        search = planted.search_for([one.receipt for one in holders], [one.picture for one in holders])
        yield Told(stage, remains, search, metrics, collector)
    finally:
        stage.close()
        system.stop()
        collector.stop()


def leaks(told: Told, remnants: Iterable[Remnant]) -> list[tuple[str, list[str]]]:
    """Where what was found."""
    return [(remnant.place, found) for remnant in remnants if (found := told.search.found(remnant.content))]


def test_nothing_is_found_in_any_document(told: Told) -> None:
    documents = list(told.remains.documents())

    collections = {document.place for document in documents}
    assert collections >= {
        "reports.reports", "reports.messages", "reports.attachments", "reports.accesses",
        "reports.attachments.files", "reports.attachments.chunks", "tasks.cases", "gateway.counters", "identity.people",
        "reports.identity_requests", "reports.case_files", "reports.evidence_texts", "tasks.evidence",
    }  # fmt: skip
    assert leaks(told, documents) == []


def test_nothing_was_ever_written_not_even_for_a_moment(told: Told) -> None:
    written = list(told.remains.ever_written())

    assert len(written) > len(list(told.remains.documents()))
    assert leaks(told, written) == []


def test_nothing_is_found_in_any_event(told: Told) -> None:
    events = list(told.remains.events())

    types = {event.value["body"]["type"] for event in events if event.value["body"]}
    assert types >= {
        "reports.report_submitted.v1", "reports.message_posted.v1", "reports.attachment_received.v1",
        "reports.content_accessed.v1", "reports.report_rated.v1", "reports.report_erased.v1",
        "reports.identity_request_changed.v1", "reports.evidence_file_received.v1", "tasks.case_progressed.v1",
        "identity.unit_changed.v1",
    }  # fmt: skip
    assert told.remains.exchanges_not_listened_to() == {"nameko-rpc"}
    assert leaks(told, events) == []


def test_nothing_is_left_in_any_queue(told: Told) -> None:
    messages = list(told.remains.queues())

    assert {message.place for message in messages} >= {
        "evt-reports-attachment_received--reports-worker.inspect_attachment.dead",
        "evt-tasks-case_progressed--reports.show_progress.dead",
    }
    assert leaks(told, messages) == []


def test_nothing_is_found_in_any_log(told: Told) -> None:
    logs = list(told.remains.logs())

    assert {"gateway.log", "reports.log", "reports-worker.log", "tasks.log", "identity.log"} < {
        one.place for one in logs
    }
    assert leaks(told, logs) == []


def test_nothing_is_found_in_what_commands_print(told: Told) -> None:
    assert any(told.stage.printed)
    assert leaks(told, [Remnant("printed", text) for text in told.stage.printed]) == []


def test_nothing_is_found_in_any_metric(told: Told) -> None:
    assert len(told.metrics) > len(told.stage.system.parts)
    assert all(b"mingjing" in page.content for page in told.metrics)
    assert leaks(told, told.metrics) == []


def test_nothing_is_found_in_any_span(told: Told) -> None:
    assert {"HTTP POST", "reports.submit_report"} <= {span.name for span in told.collector.spans}
    assert leaks(told, [Remnant("spans", request) for request in told.collector.requests]) == []


def test_nothing_is_found_in_any_file_that_was_left(told: Told) -> None:
    files = list(told.remains.files())

    assert any(file.place.endswith(".sealed.zip") for file in files)
    assert leaks(told, files) == []


def test_no_document_tells_the_minute_at_which_a_reporter_did_something(told: Told) -> None:
    moments = told.stage.moments
    assert moments.seconds < 600
    assert [
        (document.place + time.place, str(time.moment))
        for document in told.remains.documents()
        if not document.place.endswith(NOT_OF_REPORTS)
        for time in times_in(document.value)
        if moments.betrayed_by(time)
    ] == []


def test_no_event_tells_the_minute_at_which_a_reporter_did_something(told: Told) -> None:
    moments = told.stage.moments
    assert [
        (event.value["routing_key"] + time.place, str(time.moment))
        for event in told.remains.events()
        for time in times_in(event.value)
        if moments.betrayed_by(time)
    ] == []


def test_no_document_leads_to_the_log_of_a_reporters_request(told: Told) -> None:
    traces = [trace for visitor in told.stage.visitors for trace in visitor.traces]
    search = Search({"trace": traces})

    assert len(traces) > 50
    assert [document.place for document in told.remains.documents() if search.found(document.content)] == []


def test_no_log_tells_of_a_report_when_its_reporter_does_something(told: Told) -> None:
    """What goes wrong is told with ids all the same, as warnings and errors: somebody has to mend it."""
    ids = told.stage.ids_of_reporters()
    lines = [
        (log.place, line)
        for log in told.remains.logs()
        for line in log.content.decode(errors="replace").splitlines()
        if line.startswith("{") and any(id in line for id in ids)
    ]
    assert len(lines) > 10
    assert [
        (place, line)
        for place, line in lines
        if (entry := json.loads(line))["level"] in ("debug", "info")
        # What staff ask for is logged when it was answered: the next may have begun.
        and "person_id" not in entry
        and any(map(told.stage.moments.betrayed_by, times_in(entry["timestamp"])))
    ] == []


def test_what_is_left_anywhere_by_hand_is_found_there(told: Told) -> None:
    """Otherwise the tests above would prove nothing."""
    system, secret = told.stage.system, WORDS["narrative"]
    with told.stage.broker() as channel:
        channel.queue_declare("by-hand", auto_delete=False)
        channel.basic_publish(Message(secret, application_headers={}), "", "by-hand")
        channel.basic_publish(Message("{}", application_headers={"why": secret}), "reports.events", "by_hand")
        channel.basic_publish(Message(secret), "retry", "by_hand")
    with MongoClient[dict[str, object]](system.mongo_uri) as client:
        scratch = client[f"{system.database_prefix}tasks"]["by_hand"]
        scratch.insert_one({"_id": "1", "at": {"depth": [secret]}})
        assert ("tasks.by_hand", ["narrative"]) in leaks(told, told.remains.documents())
        scratch.drop()
    for path in (system.parts["tasks"].log_file, system.folder / "tmp" / "by-hand"):
        with path.open("a") as file:
            print(json.dumps({"event": secret}), file=file)

    assert ("oplog", ["narrative"]) in leaks(told, told.remains.ever_written())
    assert ("by-hand", ["narrative"]) in leaks(told, told.remains.queues())
    assert leaks(told, told.remains.events()) == [("tap", ["narrative"])] * 2
    assert leaks(told, told.remains.logs()) == [("tasks.log", ["narrative"])]
    assert leaks(told, told.remains.files()) == [("tmp/by-hand", ["narrative"])]
