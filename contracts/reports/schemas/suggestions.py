"""Suggestions: listed, read and answered by the desk."""

from __future__ import annotations

from marshmallow import Schema, fields

from contracts.fields import Id, Instant, PageRequest, Text, one_of, page_of
from contracts.reports.schemas.bounds import PURPOSE, REASON
from contracts.reports.schemas.reporter import DECISIONS, Answer
from contracts.reports.schemas.staff import Content

SUGGESTION_STATES = ("received", "adopted", "not_adopted")


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
    purpose = Text(max=PURPOSE, single_line=True, load_default="suggestion_handling")


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
