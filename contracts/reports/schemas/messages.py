"""The inbox between staff and reporter."""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.fields import Id, Instant, Text, one_of, page_of
from contracts.reports.schemas.bounds import MESSAGE
from contracts.schema import Schema

AUTHORS = ("reporter", "staff")

# More than any form lets a report have.
_MOST_ATTACHMENTS = 100


class NewMessage(Schema):
    """A message, and which complete files of its own side, sent before, belong to it."""

    text = Text(max=MESSAGE, required=True)
    attachment_ids = fields.List(Id(), load_default=list, validate=validate.Length(max=_MOST_ATTACHMENTS))


class Message(Schema):
    """A message between staff and reporter. A reporter's ``at`` is cut to the hour.

    ``unread``: the other side wrote it, and the side that it is told to has not marked it as read.
    """

    id = fields.String(required=True)
    at = Instant(required=True)
    author = fields.String(required=True, validate=one_of(*AUTHORS))
    text = fields.String(required=True)
    attachment_ids = fields.List(fields.String(), required=True)
    unread = fields.Boolean(required=True)


class StaffMessage(Message):
    """A message as staff see it: ``staff_id`` is the colleague who wrote it, null when the reporter did."""

    staff_id = fields.String(required=True, allow_none=True)


MessagePage = page_of(Message)
StaffMessagePage = page_of(StaffMessage)


class UpTo(Schema):
    """The last message that was read, and so all before it."""

    up_to = Id(required=True)


class Unread(Schema):
    """How many messages of the other side are not marked as read."""

    unread = fields.Integer(required=True)
