"""A report or suggestion as it is sent, and the receipt that answers it."""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.fields import Day, Id, Instant, one_of
from contracts.reports.events import KINDS, REPORTER_MODES
from contracts.reports.schemas.bounds import DETAIL, LINE, MAX_SUBJECTS, NARRATIVE, line
from contracts.reports.schemas.details import Details
from contracts.reports.schemas.said import Said
from contracts.schema import Schema


class Subject(Schema):
    """Whom a report is about. ``unit_id`` names a unit of the directory, which then never sees the report."""

    name = line()
    unit = line()
    position = line()
    unit_id = Id(allow_none=True, load_default=None)


class Reporter(Schema):
    """Who reports. Names and contact data go with ``named`` only, and are sealed to the identity
    custodian."""

    mode = fields.String(required=True, validate=one_of(*REPORTER_MODES))
    name = line()
    phone = line()
    address = line()


class SubmitReport(Schema):
    """A report or suggestion. ``form_version`` is the one that the client showed; the current one when
    absent. ``details`` answers the questions of the form whose names begin with ``details.``."""

    kind = fields.String(required=True, validate=one_of(*KINDS))
    category = Id(required=True)
    title = Said(max=LINE, single_line=True, required=True)
    narrative = Said(max=NARRATIVE, required=True)
    subjects = fields.List(fields.Nested(Subject), load_default=list, validate=validate.Length(max=MAX_SUBJECTS))
    occurred_on = Day(allow_none=True, load_default=None)
    place = line()
    details = Details(max_text=DETAIL, allow_none=True, load_default=dict)
    reporter = fields.Nested(Reporter, load_default=lambda: {"mode": "anonymous"})
    form_version = fields.String(allow_none=True, load_default=None, validate=validate.Length(max=40))


class SubmittedReport(Schema):
    """The receipt, told once. Services answer ``receipt``; the gateway adds ``receipt_qr``, the receipt as written in
    a QR code: an SVG element for use within a page."""

    receipt = fields.String(required=True)
    receipt_qr = fields.String()
    received_at = Instant(required=True)
