"""What every import of a file has in common, whichever service runs it."""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.fields import Id, Instant, Text, one_of
from contracts.schema import Schema

# 10 MiB as base64.
MAX_CONTENT = 14_000_000


class ImportFile(Schema):
    """The file, ``content`` in base64; ``file_name`` is what the client calls it."""

    content = fields.String(required=True, load_only=True, validate=validate.Length(min=1, max=MAX_CONTENT))
    file_name = Text(load_default="", min=0, max=255, single_line=True)


class StartedImport(Schema):
    """Where the import's progress is read: ``GET /imports/{id}``."""

    id = Id(required=True)


class GetImport(Schema):
    """Which import."""

    import_id = Id(required=True)


class RejectedRow(Schema):
    """Why a row was not taken, or something that it says.

    ``row`` as the table program counts it (the header is 1); in GIFT and Aiken the line, in Moodle XML and QTI 3 the
    number of the question. ``message`` is a code that the gateway puts in words with ``value``, and so is ``right``,
    what should stand there, where an import tells it.
    """

    row = fields.Integer(required=True)
    field = fields.String(required=True)
    message = fields.String(required=True)
    value = fields.String(load_default=None, allow_none=True)
    right = fields.String(load_default=None, allow_none=True)


class KnownRow(Schema):
    """A row whose question stood in the bank before; ``effect`` is ``updated`` or ``unchanged``."""

    row = fields.Integer(required=True)
    question_id = fields.String(required=True)
    effect = fields.String(required=True, validate=one_of("updated", "unchanged"))


class Import(Schema):
    """How far an import is.

    ``total`` counts the rows (questions) of the file, 0 until it is read; each is created, updated, unchanged or
    rejected. ``rejected`` lists the first thousand, ``rejected_total`` counts all. ``message``: the code of why the
    whole import failed. Imports of questions tell besides how many rows are ``processed``, whether it is a ``dry_run``
    (then the counts say what would be), the first thousand ``duplicates``: rows whose stem stood in the bank, and the
    first thousand of what is ``omitted``, ``omitted_total`` in all: what the file says of a question that was taken,
    and the question has no place for.
    """

    id = Id(required=True)
    state = fields.String(required=True, validate=one_of("running", "done", "failed"))
    total = fields.Integer(required=True)
    created = fields.Integer(required=True)
    updated = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    rejected = fields.List(fields.Nested(RejectedRow), required=True)
    rejected_total = fields.Integer(required=True)
    message = fields.String(load_default=None, allow_none=True)
    dry_run = fields.Boolean()
    processed = fields.Integer()
    omitted = fields.List(fields.Nested(RejectedRow))
    omitted_total = fields.Integer()
    duplicates = fields.List(fields.Nested(KnownRow))
    started_at = Instant(required=True)
    finished_at = Instant(required=True, allow_none=True)
