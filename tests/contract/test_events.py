"""Events as a public contract: a frozen sample each, a consumer each, and names that hold together."""

from __future__ import annotations

import pytest

from chassis.consumer import Consume
from chassis.entrypoints import entrypoints
from cli.contracts import SAMPLES, event_classes, samples
from cli.services import service_classes
from contracts.envelope import open_envelope
from contracts.event import Event
from contracts.identity.events import SessionEndedV1

EVENTS = event_classes()
# Consumed by every gateway worker on a queue of its own, which exists while the worker does.
TAPPED = {SessionEndedV1}


@pytest.mark.parametrize("event", EVENTS, ids=Event.type.__func__)  # type: ignore[attr-defined]
def test_the_frozen_sample_opens_and_its_data_is_what_a_producer_writes(event: type[Event]) -> None:
    sample = samples()[event.type()]
    received = open_envelope(event, sample)
    assert sample["source"] == f"/services/{event.producer}"
    assert event.draft(received.subject, **received.data).data == sample["data"]


def test_there_are_no_samples_of_events_that_do_not_exist() -> None:
    assert {path.stem for path in SAMPLES.glob("*.json")} == {event.type() for event in EVENTS}


def test_every_event_has_a_consumer_so_that_none_is_published_to_nobody() -> None:
    consumed = {
        entrypoint.event
        for service in service_classes()
        for entrypoint in entrypoints(service)
        if isinstance(entrypoint, Consume)
    }
    assert set(EVENTS) == consumed | TAPPED


@pytest.mark.parametrize("event", EVENTS, ids=Event.type.__func__)  # type: ignore[attr-defined]
def test_an_event_tells_when_it_is_emitted_and_what_its_fields_mean(event: type[Event]) -> None:
    assert event.__doc__ is not None
    assert len(event.__doc__.strip().splitlines()) >= 3


def test_of_what_a_reporter_does_and_of_what_follows_at_once_events_tell_no_more_than_the_hour() -> None:
    assert {event.type() for event in EVENTS if event.discreet} == {
        "reports.report_submitted.v1",
        "reports.units_named.v1",
        "reports.message_posted.v1",
        "reports.report_rated.v1",
        "reports.attachment_received.v1",
    }


@pytest.mark.parametrize("event", EVENTS, ids=Event.type.__func__)  # type: ignore[attr-defined]
def test_no_event_has_a_field_for_content_or_for_a_person_in_clear(event: type[Event]) -> None:
    forbidden = {"name", "narrative", "title", "phone", "address", "body", "answer", "receipt", "reporter"}
    # A unit's name is no person's.
    allowed = {
        "identity.unit_changed.v1": {"name"},
        "quiz.attempt_graded.v1": {"exam_title"},
        "quiz.exam_published.v1": {"title"},
        "quiz.exam_changed.v1": {"title"},
    }
    assert set(event.schema().fields) & forbidden <= allowed.get(event.type(), set())
