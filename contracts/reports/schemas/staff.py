"""The staff's side of the report behind a case."""

from __future__ import annotations

from marshmallow import fields

from contracts.fields import Id, Instant, PageRequest, Text
from contracts.reports.schemas.bounds import PURPOSE
from contracts.reports.schemas.messages import NewMessage, StaffMessage, UpTo
from contracts.reports.schemas.reporter import Rating
from contracts.schema import Schema


class ReadCaseReport(Schema):
    """``purpose`` says why it is read; it is kept with the record of the access."""

    case_id = Id(required=True)
    purpose = Text(max=PURPOSE, single_line=True, load_default="case_handling")


class ReporterMode(Schema):
    """All that staff learn of a reporter."""

    mode = fields.String(required=True)


class SubjectOut(Schema):
    """Whom a report is about."""

    name = fields.String(allow_none=True)
    unit = fields.String(allow_none=True)
    position = fields.String(allow_none=True)
    unit_id = fields.String(allow_none=True)


class Content(Schema):
    """The content of a report or suggestion as staff read it. ``received_at`` is cut to the hour. ``details``: answers
    to the questions of the form in ``form_version``. ``unread``: how many of all messages of the reporter no member
    of staff has marked as read. ``rating``: the last of ``ratings``."""

    kind = fields.String(required=True)
    category = fields.String(required=True)
    form_version = fields.String(required=True)
    received_at = Instant(required=True)
    title = fields.String(required=True)
    narrative = fields.String(required=True)
    subjects = fields.List(fields.Nested(SubjectOut), required=True)
    occurred_on = fields.String(required=True, allow_none=True)
    place = fields.String(required=True, allow_none=True)
    details = fields.Dict(keys=fields.String(), required=True)
    reporter = fields.Nested(ReporterMode, required=True)
    messages = fields.List(fields.Nested(StaffMessage), required=True)
    unread = fields.Integer(required=True)
    rating = fields.Nested(Rating, allow_none=True)
    ratings = fields.List(fields.Nested(Rating), required=True)


class CaseReport(Content):
    """The report behind a case."""

    case_id = fields.String(required=True)
    report_id = fields.String(required=True)


class ListCaseReportMessages(ReadCaseReport, PageRequest):
    """All messages of the report behind a case, oldest first; a reading like that of the report itself."""


class PostCaseReportMessage(NewMessage):
    """A message from staff to the reporter of a case."""

    case_id = Id(required=True)


class MarkCaseReportMessagesRead(UpTo):
    """The staff have read the messages of the reporter up to this one. Never takes back an earlier mark."""

    case_id = Id(required=True)
