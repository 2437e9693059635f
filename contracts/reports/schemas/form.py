"""The form as it is told to a person."""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.fields import one_of
from contracts.reports.events import KINDS
from contracts.schema import Schema


class Named(Schema):
    """A code and its name in the language asked for."""

    code = fields.String(required=True)
    name = fields.String(required=True)


class Category(Named):
    """A category with its sub-categories; ``category`` of a report is a code of either."""

    subcategories = fields.List(fields.Nested(Named), required=True)


class Condition(Schema):
    """The field is asked for only where ``field`` has the value ``equals``, or is a category that is one of ``below``
    or a sub-category of one, or a list that holds one of ``includes``."""

    field = fields.String(required=True)
    equals = fields.Raw()
    below = fields.List(fields.String())
    includes = fields.List(fields.String())


class FormField(Schema):
    """One field of the form; ``name`` is a path into the report, ``*`` stands for each item of a list.

    ``type``: choice, several (choices), category, line, text, number, yes_no, list, day, unit. ``decimals``: how many
    digits after the point a number may have. ``measure``: what a number counts, in words.
    """

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
    min = fields.Integer()
    max = fields.Integer()
    decimals = fields.Integer()
    measure = fields.String()
    not_after_today = fields.Boolean()
    not_before = fields.String()
    at_least_one_of = fields.List(fields.String())


class GetReportForm(Schema):
    """The form for one ``kind``. ``version``: an earlier one, to show a report made with it; the current one when
    absent."""

    kind = fields.String(load_default="report", validate=one_of(*KINDS))
    version = fields.String(load_default=None, validate=validate.Length(max=40))


class Challenge(Schema):
    """A proof of work to be given, as ALTCHA's widget takes it; until when is in the salt."""

    algorithm = fields.String(required=True)
    challenge = fields.String(required=True)
    maxnumber = fields.Integer(required=True)
    salt = fields.String(required=True)
    signature = fields.String(required=True)


class ReportForm(Schema):
    """The form that reports or suggestions are made with. ``challenge`` is null while no proof of work is asked for.

    ``limits``: bounds by field, and ``message``, ``rating_reason``, ``attachments`` (``max_files``, ``max_bytes_each``,
    ``max_bytes_total``, ``types`` with ``code``, ``name``, ``extensions``, ``max_bytes``).
    """

    version = fields.String(required=True)
    kind = fields.String(required=True)
    categories = fields.List(fields.Nested(Category), required=True)
    fields_ = fields.List(fields.Nested(FormField), required=True, data_key="fields", attribute="fields")
    limits = fields.Dict(keys=fields.String(), values=fields.Dict(), required=True)
    challenge = fields.Nested(Challenge, required=True, allow_none=True)
