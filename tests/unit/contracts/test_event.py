"""Drafts: checked when they are made; those of many subjects made from one."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import ValidationError, fields, validate

from contracts.event import Draft, Event


class PostcardSentV1(Event):
    producer = "press"
    event = "postcard_sent"

    postcard_id = fields.String(required=True, validate=validate.Length(max=10))
    weight_grams = fields.Integer(required=True, data_key="weight")


def a_draft(**data: Any) -> Draft:
    return PostcardSentV1.draft(**{"subject": "one", "postcard_id": "one", "weight_grams": 7} | data)


def test_a_draft_about_another_subject_is_what_it_would_have_been_from_the_start() -> None:
    first = a_draft()
    assert first.about("two", postcard_id="two", weight_grams=9) == a_draft(
        subject="two", postcard_id="two", weight_grams=9
    )
    assert first == a_draft()


@pytest.mark.parametrize("wrong", [{"postcard_id": "far too long to be one"}, {"weight_grams": "heavy"}])
def test_what_the_schema_refuses_becomes_no_draft(wrong: dict[str, Any]) -> None:
    with pytest.raises((ValidationError, ValueError)):
        a_draft(**wrong)
    with pytest.raises((ValidationError, ValueError)):
        a_draft().about("two", **wrong)


def test_a_field_that_the_event_does_not_have_is_a_mistake_of_the_producer() -> None:
    for make in (lambda: a_draft(colour="red"), lambda: a_draft().about("two", colour="red")):
        with pytest.raises(TypeError, match=r"press\.postcard_sent\.v1 has no field colour"):
            make()
