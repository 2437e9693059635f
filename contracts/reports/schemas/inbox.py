"""What waits for the staff: reports and suggestions with messages that nobody has marked as read."""

from __future__ import annotations

from marshmallow import fields

from contracts.fields import Instant, PageRequest, one_of, page_of
from contracts.reports.events import KINDS
from contracts.schema import Schema


class ListReportInbox(PageRequest):
    """The newest message first."""


class InboxItem(Schema):
    """A report or suggestion with unread messages, and nothing of their content.

    A report has ``case_id`` and the ``number`` of its case (null until the case is known), or of the part of it by
    which it opens for the reader; a suggestion has ``suggestion_id``. ``last_message_at``: the hour of the reporter's
    newest message.
    """

    kind = fields.String(required=True, validate=one_of(*KINDS))
    case_id = fields.String(required=True, allow_none=True)
    number = fields.String(required=True, allow_none=True)
    suggestion_id = fields.String(required=True, allow_none=True)
    unread = fields.Integer(required=True)
    last_message_at = Instant(required=True)


InboxPage = page_of(InboxItem)
