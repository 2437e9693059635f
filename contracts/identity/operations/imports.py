"""The import of people from a table, in the background."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from contracts.fields import Id, Instant, Text
from contracts.operation import Operation
from contracts.roles import ADMIN

# Ids of these imports begin so; the gateway, which has one path for all imports, tells by it whom to ask.
IMPORT_ID_PREFIX = "people-"

# 10 MiB as base64.
MAX_CONTENT = 14_000_000


class StartPeopleImport(Schema):
    """The file, ``content`` in base64. Format by content, not by name: .xlsx, or .csv in UTF-8 or GB18030."""

    filename = Text(max=255, min=0, single_line=True, load_default="")
    content = fields.String(required=True, load_only=True, validate=validate.Length(min=1, max=MAX_CONTENT))


class StartedImport(Schema):
    """Where to look."""

    id = Id(required=True)


class GetImport(Schema):
    """Which import."""

    import_id = Id(required=True)


class RejectedRow(Schema):
    """``row`` as the table program counts it (the header is 1); ``message`` a code that the gateway puts in words."""

    row = fields.Integer(required=True)
    field = fields.String(required=True)
    message = fields.String(required=True)
    value = fields.String(load_default=None, allow_none=True)


class Import(Schema):
    """``total`` counts data rows (0 until the file is read); each is created, updated, unchanged or rejected.

    ``rejected`` lists the first thousand, ``rejected_total`` counts all. ``message``: why the whole import failed.
    """

    id = Id(required=True)
    state = fields.String(required=True, validate=validate.OneOf(("running", "done", "failed")))
    total = fields.Integer(required=True)
    created = fields.Integer(required=True)
    updated = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    rejected = fields.List(fields.Nested(RejectedRow), required=True)
    rejected_total = fields.Integer(required=True)
    message = fields.String(load_default=None, allow_none=True)
    started_at = Instant(required=True)
    finished_at = Instant(required=True, allow_none=True)


start_people_import = Operation(
    "identity", "start_people_import", request=StartPeopleImport, response=StartedImport, roles=frozenset({ADMIN})
)
get_import = Operation(
    "identity", "get_import", request=GetImport, response=Import, roles=frozenset({ADMIN}), repeatable=True
)
