"""The reporter's side: what the holder of a receipt sees and says."""

from __future__ import annotations

from marshmallow import Schema, fields

from contracts.fields import Instant, PageRequest, Text, one_of
from contracts.reports.receipt import Receipt
from contracts.reports.schemas.bounds import MESSAGE, REASON
from contracts.reports.schemas.messages import Message

DECISIONS = ("adopted", "not_adopted")


class WithReceipt(Schema):
    """The reporter's only key to the report."""

    receipt = Receipt(required=True)


class Progress(Schema):
    """One line of the history. Services answer ``text_code``; the gateway adds its ``text``."""

    at = Instant(required=True)
    state = fields.String(required=True)
    text_code = fields.String(required=True)
    text = fields.String()


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


class RateCurrentReport(WithReceipt):
    """Satisfied or not, once there is a result; a reason is welcome."""

    satisfied = fields.Boolean(required=True, truthy={True}, falsy={False})
    reason = Text(max=REASON, min=0, allow_none=True, load_default=None)


class ListCurrentMessages(WithReceipt, PageRequest):
    """All messages, oldest first."""


class PostCurrentMessage(WithReceipt):
    """A message from the reporter."""

    text = Text(max=MESSAGE, required=True)
