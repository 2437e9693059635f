"""Suggestions: listed, read and answered by the desk."""

from __future__ import annotations

from marshmallow import fields

from contracts.fields import Id, Instant, PageRequest, Text, one_of, page_of
from contracts.reports.schemas.bounds import PURPOSE, REASON
from contracts.reports.schemas.messages import NewMessage, UpTo
from contracts.reports.schemas.reporter import DECISIONS, Answer
from contracts.reports.schemas.staff import Content
from contracts.schema import Schema

SUGGESTION_STATES = ("received", *DECISIONS)


class ListSuggestions(PageRequest):
    """Suggestions, newest first. ``overdue``: those without an answer at their due date, the longest overdue first."""

    state = fields.String(load_default=None, validate=one_of(*SUGGESTION_STATES))
    overdue = fields.Boolean(load_default=False)


class SuggestionItem(Schema):
    """A suggestion in a list: nothing of its content, so that listing is not reading.

    Of one that was erased (``erased_at``) ``received_at`` tells the month.
    """

    id = fields.String(required=True)
    category = fields.String(required=True)
    state = fields.String(required=True)
    received_at = Instant(required=True)
    due_at = Instant(required=True, allow_none=True)
    erased_at = Instant(load_default=None, allow_none=True)
    version = fields.Integer(required=True)


SuggestionPage = page_of(SuggestionItem)


class ReadSuggestion(Schema):
    """``purpose`` says why it is read; it is kept with the record of the access."""

    suggestion_id = Id(required=True)
    purpose = Text(max=PURPOSE, single_line=True, load_default="suggestion_handling")


class Suggestion(Content):
    """A suggestion with its answer. ``due_at``: by when it is answered; null once it is."""

    id = fields.String(required=True)
    state = fields.String(required=True)
    due_at = Instant(required=True, allow_none=True)
    answer = fields.Nested(Answer, allow_none=True)
    version = fields.Integer(required=True)


class AnswerSuggestion(Schema):
    """Adopted, partly adopted or not adopted, because …; the reporter reads both. ``expected_version``: the one that
    was read."""

    suggestion_id = Id(required=True)
    expected_version = fields.Integer(load_default=None, allow_none=True)
    decision = fields.String(required=True, validate=one_of(*DECISIONS))
    because = Text(max=REASON, required=True)


class ListSuggestionMessages(ReadSuggestion, PageRequest):
    """All messages about a suggestion, oldest first; a reading like that of the suggestion itself."""


class PostSuggestionMessage(NewMessage):
    """A message from the desk to whoever made the suggestion."""

    suggestion_id = Id(required=True)


class MarkSuggestionMessagesRead(UpTo):
    """The desk has read the messages up to this one. Never takes back an earlier mark."""

    suggestion_id = Id(required=True)
