"""The envelope: what is sealed opens, what is no event is named field by field."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError, fields

from chassis import clock
from contracts.envelope import InvalidEvent, open_envelope, seal
from contracts.event import Event


class LampLitV1(Event):
    """A lamp was lit."""

    producer = "lamps"
    event = "lamp_lit"
    colour = fields.String(required=True)


class LampLitV2(LampLitV1):
    """A lamp was lit, told anew."""

    version = 2


def sealed(colour: str = "red") -> dict[str, object]:
    draft = LampLitV1.draft("lamp-1", colour=colour)
    return seal(draft, id="e1", sequence=3, time=clock.now(), traceparent=None)


@given(st.text())
def test_what_is_sealed_opens_unchanged(colour: str) -> None:
    received = open_envelope(LampLitV1, sealed(colour))
    assert received.data == {"colour": colour}
    assert (received.id, received.subject, received.sequence) == ("e1", "lamp-1", 3)


def test_fields_that_came_later_are_ignored_by_older_consumers() -> None:
    message = sealed()
    message["data"] = {"colour": "red", "brightness": 9}
    message["newextension"] = "x"
    assert open_envelope(LampLitV1, message).data == {"colour": "red"}


@pytest.mark.parametrize("name", ["specversion", "id", "type", "subject", "time", "sequence", "data"])
def test_a_missing_attribute_is_named(name: str) -> None:
    message = sealed()
    del message[name]
    with pytest.raises(InvalidEvent) as raised:
        open_envelope(LampLitV1, message)
    assert name in raised.value.errors


@given(st.none() | st.integers() | st.text() | st.lists(st.integers()) | st.dictionaries(st.text(), st.text()))
def test_anything_else_is_refused_and_never_crashes(message: object) -> None:
    with pytest.raises(InvalidEvent):
        open_envelope(LampLitV1, message)


def test_an_event_of_another_type_is_refused() -> None:
    with pytest.raises(InvalidEvent, match=r"lamps\.lamp_lit\.v2"):
        open_envelope(LampLitV2, sealed())


def test_a_later_version_can_be_listened_to_apart() -> None:
    assert LampLitV1.routing_key() == "lamp_lit"
    assert LampLitV2.routing_key() == "lamp_lit_v2"


def test_a_producer_cannot_draft_what_consumers_would_refuse() -> None:
    with pytest.raises(ValidationError):
        LampLitV1.draft("lamp-1")
    with pytest.raises(TypeError, match="brightness"):
        LampLitV1.draft("lamp-1", colour="red", brightness=9)
