"""The inbox between staff and reporter."""

from __future__ import annotations

from marshmallow import Schema, fields

from contracts.fields import Instant, one_of, page_of

AUTHORS = ("reporter", "staff")


class Message(Schema):
    """A message between staff and reporter. A reporter's ``at`` is cut to the hour."""

    id = fields.String(required=True)
    at = Instant(required=True)
    author = fields.String(required=True, validate=one_of(*AUTHORS))
    text = fields.String(required=True)


MessagePage = page_of(Message)
