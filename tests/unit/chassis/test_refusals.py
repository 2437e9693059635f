"""Validation messages as the flat list that problem details carry."""

from __future__ import annotations

from marshmallow import Schema, ValidationError, fields

from chassis.refusals import Forbidden, Invalid, is_refusal, validation_errors


class Subject(Schema):
    name = fields.String(required=True)


class Report(Schema):
    title = fields.String(required=True)
    subjects = fields.List(fields.Nested(Subject))


def test_a_field_inside_a_list_is_named_by_its_path() -> None:
    try:
        Report().load({"title": "t", "subjects": [{"name": "a"}, {}]})
    except ValidationError as error:
        found = validation_errors(error.messages)
    assert found == [{"field": "subjects.1.name", "message": "Missing data for required field."}]


def test_an_error_of_the_whole_has_an_empty_path() -> None:
    assert validation_errors({"_schema": ["Invalid input type."]}) == [{"field": "", "message": "Invalid input type."}]


def test_dataclass_exceptions_are_refusals_and_others_are_faults() -> None:
    assert is_refusal(Invalid([]))
    assert is_refusal(Forbidden())
    assert not is_refusal(ValueError("x"))
