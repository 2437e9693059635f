"""The reporter's side: what the holder of a receipt sees and says."""

from __future__ import annotations

from marshmallow import fields

from contracts.fields import Instant, PageRequest, Text, one_of
from contracts.reports.receipt import Receipt
from contracts.reports.schemas.bounds import REASON
from contracts.reports.schemas.identity_requests import IdentityRequestSeen
from contracts.reports.schemas.messages import Message, NewMessage, UpTo
from contracts.schema import Schema

DECISIONS = ("adopted", "partly_adopted", "not_adopted")


class WithReceipt(Schema):
    """The reporter's only key to the report."""

    receipt = Receipt(required=True)


class Progress(Schema):
    """One line of the history. Services answer ``text_code``; the gateway adds its ``text``."""

    at = Instant(required=True)
    state = fields.String(required=True)
    text_code = fields.String(required=True)
    text = fields.String()


STEPS = ("acceptance", "result", "re_examination", "feedback", "forwarding")
STEP_STATES = ("waiting", "done", "late", "paused", "not_needed")


class Moved(Schema):
    """The day by which a step is due moved. Services answer ``text_code``; the gateway adds its ``text``.

    ``due_after`` is null as long as the work is suspended.
    """

    at = Instant(required=True)
    text_code = fields.String(required=True)
    text = fields.String()
    due_before = Instant(required=True)
    due_after = Instant(required=True, allow_none=True)


class Step(Schema):
    """What is owed to the reporter by law, and how it stands; the gateway adds ``text``, step and state in words.

    ``acceptance``: telling whether the report is accepted; ``result`` or ``re_examination``: handling it to the end;
    ``feedback``: telling the result; ``forwarding``, alone: handing it on to the level above, for a report about the
    head of the bureau. ``due_at`` is null where the law sets no day, where the step has not begun, and
    while it is ``paused``. ``late``: the day is past, or it was when the step was done at ``done_at``.
    """

    step = fields.String(required=True, validate=one_of(*STEPS))
    state = fields.String(required=True, validate=one_of(*STEP_STATES))
    text = fields.String()
    due_at = Instant(required=True, allow_none=True)
    done_at = Instant()
    moved = fields.List(fields.Nested(Moved), required=True)


class Answer(Schema):
    """The answer to a suggestion."""

    decision = fields.String(required=True, validate=one_of(*DECISIONS))
    because = fields.String(required=True)
    at = Instant(required=True)


class Rating(Schema):
    """How content the reporter is with a result; ``number`` counts from 1, the last is final."""

    number = fields.Integer(required=True)
    satisfied = fields.Boolean(required=True)
    reason = fields.String(allow_none=True)
    at = Instant(required=True)


class CurrentReport(Schema):
    """What the reporter may see.

    ``due_at``: when the next step is due by law, null when nothing is running. ``steps``: those of the present
    round of handling, in their order; none for a suggestion. ``messages``: the newest 50, oldest first;
    ``list_current_messages`` gives all. ``unread``: how many of all messages of the staff are not marked as read.
    ``rating``: the last of ``ratings``; ``may_rate``: whether there is a result to rate. ``identity_requests``: every
    request to see who the reporter is, oldest first; none of an anonymous one.
    """

    kind = fields.String(required=True)
    category = fields.String(required=True)
    received_at = Instant(required=True)
    state = fields.String(required=True)
    history = fields.List(fields.Nested(Progress), required=True)
    due_at = Instant(required=True, allow_none=True)
    steps = fields.List(fields.Nested(Step), required=True)
    unread = fields.Integer(required=True)
    messages = fields.List(fields.Nested(Message), required=True)
    answer = fields.Nested(Answer, allow_none=True)
    rating = fields.Nested(Rating, allow_none=True)
    ratings = fields.List(fields.Nested(Rating), required=True)
    may_rate = fields.Boolean(required=True)
    identity_requests = fields.List(fields.Nested(IdentityRequestSeen), required=True)


class RateCurrentReport(WithReceipt):
    """Satisfied or not, once there is a result, and once more with a later result; a reason is welcome."""

    satisfied = fields.Boolean(required=True, truthy={True}, falsy={False})
    reason = Text(max=REASON, min=0, allow_none=True, load_default=None)


class ListCurrentMessages(WithReceipt, PageRequest):
    """All messages, oldest first."""


class MarkCurrentMessagesRead(WithReceipt, UpTo):
    """The reporter has read the messages of the staff up to this one. Never takes back an earlier mark."""


class PostCurrentMessage(WithReceipt, NewMessage):
    """A message from the reporter."""
