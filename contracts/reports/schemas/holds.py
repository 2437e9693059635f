"""Holds: the report behind a case is kept from erasure."""

from __future__ import annotations

from marshmallow import fields

from contracts.fields import Id, Instant, Text
from contracts.reports.schemas.bounds import REASON
from contracts.schema import Schema


class ReadHold(Schema):
    """Of which case."""

    case_id = Id(required=True)


class DecideHold(ReadHold):
    """``reason``: why it is kept, or why no longer; for the desk and the case's handler, sealed with the report."""

    reason = Text(max=REASON, required=True)


class HoldEntry(Schema):
    """One setting (``held`` true) or lifting of a hold."""

    held = fields.Boolean(required=True)
    at = Instant(required=True)
    by_id = fields.String(required=True)
    reason = fields.String(required=True)


class Hold(Schema):
    """Whether the report is kept from erasure now, and everything that was decided about it, oldest first."""

    case_id = fields.String(required=True)
    held = fields.Boolean(required=True)
    history = fields.List(fields.Nested(HoldEntry), required=True)
