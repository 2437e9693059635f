"""Notices to staff, and how a person wants to be told of them by mail."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from contracts.fields import Id, Instant, PageRequest, one_of
from contracts.schema import Schema

# What is told of; each has its words in gateway/texts/notices.py and in services/tasks/model/notices.py.
NOTICE_KINDS = (
    "assigned", "reassigned", "joined", "returned", "objected", "sent_back", "concluded", "closed", "re_examined",
    "reopened", "message", "remind", "urge", "supervise", "escalate", "supervision_answered", "extension_asked",
    "extension_decided", "identity_asked", "identity_decided",
)  # fmt: skip
MAIL_MODES = ("off", "at_once", "digest")

_TIME = validate.Regexp(r"\A([01]\d|2[0-3]):[0-5]\d\Z", error="Not a time of day such as 08:30.")


class ListMyNotices(PageRequest):
    """Newest first. ``unread``: only those that are, or are not."""

    unread = fields.Boolean()


class Notice(Schema):
    """Something that happened to a case, without a word of what it is about. ``text``: the kind in words."""

    id = Id(required=True)
    kind = fields.String(required=True, validate=one_of(*NOTICE_KINDS))
    case_id = Id(required=True)
    number = fields.String(required=True, metadata={"description": "That of the case"})
    at = Instant(required=True)
    read = fields.Boolean(required=True)
    # By the gateway, in the reader's language.
    text = fields.String()


class Unread(Schema):
    """How many notices are unread."""

    unread = fields.Integer(required=True)


class ReadMyNotices(Schema):
    """Which are read: these ``ids``, or ``up_to`` this one with all older ones."""

    ids = fields.List(Id(), validate=validate.Length(min=1, max=200))
    up_to = Id()

    @validates_schema
    def _one_of_them(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if ("ids" in data) == ("up_to" in data):
            raise ValidationError("Give either ids or up_to.", "ids")


class QuietHours(Schema):
    """Hours of every day without mail, on the clock of Asia/Shanghai; past midnight where ``until`` is less."""

    from_ = fields.String(data_key="from", attribute="from", required=True, validate=_TIME)
    until = fields.String(required=True, validate=_TIME)


class NoticeSettingsFields(Schema):
    """``mail``: never, at once, or in digests at the times of day ``digest_at``.

    ``quiet_days_off``: no mail on days without work either. What falls into quiet hours waits for their end and goes in
    one mail. ``urgent_breaks_quiet``: what is urgent (``escalate``) goes at once all the same.
    """

    mail = fields.String(required=True, validate=one_of(*MAIL_MODES))
    digest_at = fields.List(
        fields.String(validate=_TIME), load_default=lambda: ["08:30"], validate=validate.Length(min=1, max=6)
    )
    quiet = fields.Nested(QuietHours, load_default=lambda: {"from": "20:00", "until": "07:30"}, allow_none=True)
    quiet_days_off = fields.Boolean(load_default=True)
    urgent_breaks_quiet = fields.Boolean(load_default=False)


class SetMyNoticeSettings(NoticeSettingsFields):
    """Replaces all of them; what is left out becomes what everybody begins with."""

    expected_version = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=0))


class NoticeSettings(NoticeSettingsFields):
    """The settings now; version 0 are those that everybody begins with."""

    version = fields.Integer(required=True)
