"""The form as it is told to a person."""

from __future__ import annotations

from marshmallow import Schema, fields


class Named(Schema):
    """A code and its name in the language asked for."""

    code = fields.String(required=True)
    name = fields.String(required=True)


class Category(Named):
    """A category with its sub-categories; ``category`` of a report is a code of either."""

    subcategories = fields.List(fields.Nested(Named), required=True)


class Condition(Schema):
    """The field is asked for only where ``field`` has the value ``equals``."""

    field = fields.String(required=True)
    equals = fields.String(required=True)


class FormField(Schema):
    """One field of the form; ``name`` is a path into the report, ``*`` stands for each item of a list."""

    name = fields.String(required=True)
    type = fields.String(required=True)
    required = fields.Boolean(required=True)
    label = fields.String(required=True)
    help = fields.String(required=True, allow_none=True)
    when = fields.Nested(Condition)
    choices = fields.List(fields.Nested(Named))
    max_length = fields.Integer()
    max_items = fields.Integer()
    pattern = fields.String()
    not_after_today = fields.Boolean()
    at_least_one_of = fields.List(fields.String())


class ReportForm(Schema):
    """The form that reports are made with now. ``challenge`` is null while no proof of work is asked for."""

    version = fields.String(required=True)
    categories = fields.List(fields.Nested(Category), required=True)
    fields_ = fields.List(fields.Nested(FormField), required=True, data_key="fields", attribute="fields")
    limits = fields.Dict(keys=fields.String(), values=fields.Dict(), required=True)
    challenge = fields.Dict(required=True, allow_none=True)
