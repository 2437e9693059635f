"""Stages of oversight leave the service as events, each once: those of cases, and those kept beside them."""

from __future__ import annotations

import orjson
import pytest
from kombu import Connection, Exchange, Queue

from chassis.entrypoints import entrypoints
from chassis.periodic import Every
from contracts.envelope import open_envelope
from contracts.tasks.events import ClockStageReachedV1
from services.tasks.handlers.oversight import oversee
from services.tasks.service import TasksService
from tests.integration.tasks.building import NOW, investigating
from tests.integration.tasks.overseeing import after, concluded
from tests.support.waiting import eventually


@pytest.fixture(scope="module")
def told(amqp_uri):
    """What the service tells of stages, as a consumer outside would get it: `told()` gives all so far."""
    heard = []
    with Connection(amqp_uri) as connection:
        exchange = Exchange(ClockStageReachedV1.exchange(), "topic", durable=True)
        queue = Queue("stages-listener", exchange, ClockStageReachedV1.routing_key(), durable=True)
        bound = queue(connection.default_channel)
        bound.declare()

        def take():
            while (message := bound.get(no_ack=True)) is not None:
                heard.append(open_envelope(ClockStageReachedV1, orjson.loads(message.body)))
            return heard

        yield take


def test_the_service_looks_every_minute_on_one_replica():
    [found] = [one for one in entrypoints(TasksService) if isinstance(one, Every) and one.role == "oversight"]
    assert found.seconds == 60


def test_each_stage_is_published_once_though_one_looks_twice(store, told, module_service_process):
    module_service_process("services.tasks.service:TasksService")
    unsigned = investigating(store, reporter_mode="anonymous")
    signed = investigating(store)
    concluded(store, signed, NOW)
    for now in (after(days=61), after(days=61), after(days=62)):
        oversee(store, now)

    def heard(case_id):
        # A message may come twice; it has its event's id then.
        return list({event.id: event for event in told() if event.data["case_id"] == case_id}.values())

    eventually(lambda: heard(unsigned) and heard(signed))
    oversee(store, after(days=69))
    of_the_case = eventually(lambda: (events := heard(unsigned))[1:] and events)
    assert [event.data["stage"] for event in of_the_case] == ["urge", "supervise"]
    assert of_the_case[1].sequence == of_the_case[0].sequence + 1
    assert {event.subject for event in of_the_case} == {unsigned}
    [beside] = heard(signed)
    assert (beside.data["stage"], beside.data["skipped"], beside.sequence) == ("urge", ["remind"], 1)
    assert beside.subject != signed
