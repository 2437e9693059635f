"""What goes into and comes out of the operations of the reports service.

The lengths here are the outermost that any version of the form may allow; the form itself decides (and is
told by ``get_report_form``). An empty text in an optional field counts as absent.
"""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from contracts.fields import Day, Id, Instant, PageRequest, Text, one_of, page_of
from contracts.reports.events import KINDS, REPORTER_MODES
from contracts.reports.receipt import Receipt

LINE = 500
NARRATIVE = 50_000
MESSAGE = 5_000
REASON = 2_000
MAX_SUBJECTS = 100

SUGGESTION_STATES = ("received", "adopted", "not_adopted")
DECISIONS = ("adopted", "not_adopted")
AUTHORS = ("reporter", "staff")


def _line(**kwargs: object) -> Text:
    return Text(max=LINE, min=0, single_line=True, allow_none=True, load_default=None, **kwargs)


# -- the form


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


# -- intake


class Subject(Schema):
    """Whom a report is about. ``unit_id`` names a unit of the directory, which then never sees the report."""

    name = _line()
    unit = _line()
    position = _line()
    unit_id = Id(allow_none=True, load_default=None)


class Reporter(Schema):
    """Who reports. Names and contact data go with ``named`` only, and are sealed to the identity
    custodian."""

    mode = fields.String(required=True, validate=one_of(*REPORTER_MODES))
    name = _line()
    phone = _line()
    address = _line()


class SubmitReport(Schema):
    """A report or suggestion. ``form_version`` is the one that the client showed; the current one when
    absent."""

    kind = fields.String(required=True, validate=one_of(*KINDS))
    category = Id(required=True)
    title = Text(max=LINE, single_line=True, required=True)
    narrative = Text(max=NARRATIVE, required=True)
    subjects = fields.List(fields.Nested(Subject), load_default=list, validate=validate.Length(max=MAX_SUBJECTS))
    occurred_on = Day(allow_none=True, load_default=None)
    place = _line()
    reporter = fields.Nested(Reporter, load_default=lambda: {"mode": "anonymous"})
    form_version = fields.String(allow_none=True, load_default=None, validate=validate.Length(max=40))


class SubmittedReport(Schema):
    """The receipt, told once."""

    receipt = fields.String(required=True)
    received_at = Instant(required=True)


# -- the reporter's side


class WithReceipt(Schema):
    """The reporter's only key to the report."""

    receipt = Receipt(required=True)


class Progress(Schema):
    """One line of the history. Services answer ``text_code``; the gateway adds its ``text``."""

    at = Instant(required=True)
    state = fields.String(required=True)
    text_code = fields.String(required=True)
    text = fields.String()


class Message(Schema):
    """A message between staff and reporter. A reporter's ``at`` is cut to the hour."""

    id = fields.String(required=True)
    at = Instant(required=True)
    author = fields.String(required=True, validate=one_of(*AUTHORS))
    text = fields.String(required=True)


class Answer(Schema):
    """The answer to a suggestion."""

    decision = fields.String(required=True, validate=one_of(*DECISIONS))
    because = fields.String(required=True)
    at = Instant(required=True)


class Rating(Schema):
    """How content the reporter is with the result."""

    satisfied = fields.Boolean(required=True)
    reason = fields.String(allow_none=True)
    at = Instant(required=True)


class CurrentReport(Schema):
    """What the reporter may see.

    ``due_at``: when the next step is due by law, null when nothing is running. ``messages``: the newest 50,
    oldest first; ``list_current_messages`` gives all.
    """

    kind = fields.String(required=True)
    category = fields.String(required=True)
    received_at = Instant(required=True)
    state = fields.String(required=True)
    history = fields.List(fields.Nested(Progress), required=True)
    due_at = Instant(required=True, allow_none=True)
    messages = fields.List(fields.Nested(Message), required=True)
    answer = fields.Nested(Answer, allow_none=True)
    rating = fields.Nested(Rating, allow_none=True)


MessagePage = page_of(Message)


class ListCurrentMessages(WithReceipt, PageRequest):
    """All messages, oldest first."""


class PostCurrentMessage(WithReceipt):
    """A message from the reporter."""

    text = Text(max=MESSAGE, required=True)


class RateCurrentReport(WithReceipt):
    """Satisfied or not, once there is a result; a reason is welcome."""

    satisfied = fields.Boolean(required=True, truthy={True}, falsy={False})
    reason = Text(max=REASON, min=0, allow_none=True, load_default=None)


# -- the staff's side


class ReadCaseReport(Schema):
    """``purpose`` says why it is read; it is kept with the record of the access."""

    case_id = Id(required=True)
    purpose = Text(max=200, single_line=True, load_default="case_handling")


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
    """The content of a report or suggestion as staff read it. ``received_at`` is cut to the hour."""

    kind = fields.String(required=True)
    category = fields.String(required=True)
    form_version = fields.String(required=True)
    received_at = Instant(required=True)
    title = fields.String(required=True)
    narrative = fields.String(required=True)
    subjects = fields.List(fields.Nested(SubjectOut), required=True)
    occurred_on = fields.String(required=True, allow_none=True)
    place = fields.String(required=True, allow_none=True)
    reporter = fields.Nested(ReporterMode, required=True)
    messages = fields.List(fields.Nested(Message), required=True)
    rating = fields.Nested(Rating, allow_none=True)


class CaseReport(Content):
    """The report behind a case."""

    case_id = fields.String(required=True)
    report_id = fields.String(required=True)


class ListCaseReportMessages(ReadCaseReport, PageRequest):
    """All messages of the report behind a case, oldest first; a reading like that of the report itself."""


class PostCaseReportMessage(Schema):
    """A message from staff to the reporter of a case."""

    case_id = Id(required=True)
    text = Text(max=MESSAGE, required=True)


class ListSuggestions(PageRequest):
    """Suggestions, newest first."""

    state = fields.String(load_default=None, validate=one_of(*SUGGESTION_STATES))


class SuggestionItem(Schema):
    """A suggestion in a list: nothing of its content, so that listing is not reading."""

    id = fields.String(required=True)
    category = fields.String(required=True)
    state = fields.String(required=True)
    received_at = Instant(required=True)
    version = fields.Integer(required=True)


SuggestionPage = page_of(SuggestionItem)


class ReadSuggestion(Schema):
    """``purpose`` says why it is read; it is kept with the record of the access."""

    suggestion_id = Id(required=True)
    purpose = Text(max=200, single_line=True, load_default="suggestion_handling")


class Suggestion(Content):
    """A suggestion with its answer."""

    id = fields.String(required=True)
    state = fields.String(required=True)
    answer = fields.Nested(Answer, allow_none=True)
    version = fields.Integer(required=True)


class AnswerSuggestion(Schema):
    """Adopted or not adopted, because …; the reporter reads both."""

    suggestion_id = Id(required=True)
    decision = fields.String(required=True, validate=one_of(*DECISIONS))
    because = Text(max=REASON, required=True)
