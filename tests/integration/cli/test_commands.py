"""The operators' commands against a real broker and database."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import amqp
import pytest
from kombu import Connection
from pymongo import MongoClient

from chassis import clock, ids
from chassis.broker.dead_letters import DeadLetters, reasons
from chassis.broker.topology import dead_letter_queue_name, event_queue_name
from chassis.entrypoints import consumer_queues
from cli.contracts import samples
from cli.services import service_classes
from contracts.quiz.events import AttemptSubmittedV1

SAMPLE = samples()[AttemptSubmittedV1.type()]


@pytest.fixture(scope="module")
def environment(amqp_uri: str, mongo_uri: str, database_prefix: str) -> dict[str, str]:
    return {"AMQP_URI": amqp_uri, "MONGO_URI": mongo_uri, "DATABASE_PREFIX": database_prefix}


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if name not in environment}
    command = [sys.executable, "-m", "cli", *arguments]
    return subprocess.run(command, env={**own, **environment}, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module", autouse=True)
def declared(environment: dict[str, str]) -> None:
    done = run(environment, "topology")
    assert done.returncode == 0, done.stderr


@pytest.fixture
def channel(amqp_uri: str) -> Iterator[amqp.Channel]:
    """Without heartbeats: nobody would give them while a command runs."""
    with Connection(amqp_uri, heartbeat=0) as connection:
        connection.connect()
        channel = connection.connection.channel()
        channel.confirm_select()
        yield channel


@pytest.fixture
def queue() -> str:
    return next(name for name in consumer_queues(service_classes()) if "-attempt_submitted--" in name)


@pytest.fixture
def letters(amqp_uri: str, channel: amqp.Channel, queue: str) -> Iterator[list[str]]:
    """The ids of three dead letters of ``queue``."""
    import orjson

    made = [ids.new_id() for _ in range(3)]
    for id in made:
        headers = {**reasons(queue, "exhausted", ValueError("王小明"), 8), "traceparent": "kept", "x-attempt": 7}
        body = orjson.dumps({**SAMPLE, "id": id})
        message = amqp.Message(body, content_type="application/json", message_id=id, application_headers=headers)
        channel.basic_publish_confirm(message, "", dead_letter_queue_name(queue), timeout=60)
    yield made
    for name in (queue, dead_letter_queue_name(queue)):
        channel.queue_purge(name)


def test_the_topology_is_declared_as_often_as_one_likes(environment: dict[str, str]) -> None:
    assert run(environment, "topology").returncode == 0


def test_the_topology_has_a_queue_and_a_dead_letter_queue_for_every_consumer(channel: amqp.Channel) -> None:
    for name in consumer_queues(service_classes()):
        channel.queue_declare(name, passive=True)
        channel.queue_declare(dead_letter_queue_name(name), passive=True)


def test_the_topology_makes_every_index(environment: dict[str, str], database_prefix: str) -> None:
    with MongoClient(environment["MONGO_URI"]) as client:
        indexes = client[f"{database_prefix}reports"]["reports"].index_information()
    assert "pending_events" in indexes


def test_a_queue_that_exists_with_other_arguments_is_named(environment: dict[str, str], channel: amqp.Channel) -> None:
    queue = event_queue_name(AttemptSubmittedV1, "quiz", "nothing")
    channel.queue_declare(queue, durable=True, auto_delete=False)
    name = consumer_queues(service_classes())[0]
    channel.queue_delete(name)
    channel.queue_declare(name, durable=True, auto_delete=False)
    done = run(environment, "topology")
    channel.queue_delete(name)
    assert done.returncode == 1
    assert name in done.stderr
    assert run(environment, "topology").returncode == 0


def test_a_broker_that_is_away_is_told_without_its_password(environment: dict[str, str]) -> None:
    done = run({**environment, "AMQP_URI": "amqp://someone:hunter2@127.0.0.1:1/x"}, "topology")
    assert done.returncode == 1
    assert "broker" in done.stderr
    assert "hunter2" not in done.stderr


def test_a_wrong_environment_ends_the_command_with_status_78() -> None:
    done = run({"AMQP_URI": "redis://", "MONGO_URI": ""}, "topology")
    assert done.returncode == 78
    assert "AMQP_URI" in done.stderr
    assert "MONGO_URI" in done.stderr


def test_dead_letters_are_listed_and_stay(environment: dict[str, str], queue: str, letters: list[str]) -> None:
    for _ in range(2):
        done = run(environment, "dead-letters", "list", "--queue", queue)
        assert done.returncode == 0, done.stderr
        assert all(id in done.stdout for id in letters)
        assert "exhausted" in done.stdout
        assert "3 dead letters" in done.stdout


def test_a_dead_letter_is_shown_with_its_event_and_its_error(environment: dict[str, str], letters: list[str]) -> None:
    done = run(environment, "dead-letters", "show", letters[1])
    assert SAMPLE["type"] in done.stdout
    assert "ValueError" in done.stdout
    assert "王小明" not in done.stdout


def test_an_unknown_dead_letter_or_queue_is_an_error_that_tells_what_there_is(
    environment: dict[str, str], queue: str
) -> None:
    assert "dead-letters list" in run(environment, "dead-letters", "show", "nobody").stderr
    done = run(environment, "dead-letters", "list", "--queue", "nothing")
    assert done.returncode == 1
    assert queue in done.stderr


def test_a_replayed_letter_is_back_in_its_queue_with_its_attempts_counted_anew(
    environment: dict[str, str], channel: amqp.Channel, queue: str, letters: list[str]
) -> None:
    done = run(environment, "dead-letters", "replay", "--queue", queue, "--id", letters[1])
    assert done.returncode == 0, done.stderr
    message = channel.basic_get(queue, no_ack=True)
    assert message.properties["message_id"] == letters[1]
    assert message.headers["traceparent"] == "kept"
    assert not [name for name in message.headers if name.startswith(("x-dead", "x-attempt", "retry-wait"))]
    assert message.properties["delivery_mode"] == 2
    assert channel.basic_get(queue) is None
    listed = run(environment, "dead-letters", "list", "--queue", queue).stdout
    assert letters[1] not in listed
    assert letters[0] in listed


def test_discarded_letters_are_gone(environment: dict[str, str], amqp_uri: str, queue: str, letters: list[str]) -> None:
    done = run(environment, "dead-letters", "discard", "--queue", queue, "--all", "--yes")
    assert done.returncode == 0, done.stderr
    assert DeadLetters(amqp_uri).counts([queue]) == {queue: 0}


def test_letters_are_named_or_all_taken_but_never_by_accident(environment: dict[str, str], queue: str) -> None:
    assert run(environment, "dead-letters", "replay", "--queue", queue).returncode == 2
    missing = run(environment, "dead-letters", "discard", "--queue", queue, "--yes", "--id", "nobody")
    assert missing.returncode == 1
    assert "nobody" in missing.stderr


def test_the_reason_of_a_dead_letter_has_its_time() -> None:
    before = clock.now()
    at = datetime.fromisoformat(reasons("q", "rejected", ValueError("x"), 1)["x-dead-at"])
    assert before <= at.astimezone(UTC) <= clock.now()
