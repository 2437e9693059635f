"""Identity requests: who asks to see a reporter's identity, what the custodian decides, and what is opened then.

Keys and sealed texts are base64 (RFC 4648, section 4) in JSON; docs/decisions/0025 tells what is in them.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from contracts.fields import Id, Instant, PageRequest, Text, one_of, page_of
from contracts.reports.schemas.bounds import REASON
from contracts.schema import Schema

# What an identity may be asked for. 《纪检监察机关处理检举控告工作规则》 knows of talking with named reporters, telling
# them the result, protecting and rewarding them, and of false accusation; other authorities may demand it by law.
PURPOSES = ("talk", "tell_result", "protect", "reward", "hand_over", "false_accusation")
# ``over``: it was approved, and the time is past.
STATES = ("asked", "approved", "refused", "revoked", "over")

MOST_HOURS = 168
PUBLIC_KEY_BYTES = 32
# A sealed box around a key of 32 bytes (80), and the identity's key, padded and sealed as all texts of a report (1065).
SEALED_KEY_BYTES = 1145


class Base64(fields.String):
    """Exactly ``size`` bytes as base64 text; without ``size`` any number, of answers only.

    Loads to the text itself, which travels in JSON; dumps ``bytes``.
    """

    default_error_messages = {"size": "Must be {size} bytes in base64."}  # noqa: RUF012 (marshmallow declares it so)

    def __init__(self, size: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.size = size

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return base64.b64encode(value).decode() if isinstance(value, bytes) else value

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            decoded = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise self.make_error("size", size=self.size) from error
        if len(decoded) != self.size or base64.b64encode(decoded).decode() != text:
            raise self.make_error("size", size=self.size)
        return text


class AskForIdentity(Schema):
    """``reason``: why, for the custodian alone, sealed with the report. ``hours``: for how long it is to be open.
    ``public_key``: X25519, made by the client for this request; its private half never leaves the client.
    """

    case_id = Id(required=True)
    purpose = fields.String(required=True, validate=one_of(*PURPOSES))
    reason = Text(max=REASON, required=True)
    hours = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=MOST_HOURS))
    public_key = Base64(PUBLIC_KEY_BYTES, required=True)


class OfIdentityRequest(Schema):
    """Which request."""

    request_id = Id(required=True)


class ListIdentityRequests(PageRequest):
    """Those that wait for a decision first, the newest first in each half."""


class IdentityRequestItem(Schema):
    """A request in states and codes. ``hours`` were asked for; ``until``: when the opening ends or ended by itself.
    ``ended_at``: when it was revoked, or found to be over. ``openings``: how often the identity was opened.
    """

    id = fields.String(required=True)
    case_id = fields.String(required=True)
    number = fields.String(required=True)
    state = fields.String(required=True, validate=one_of(*STATES))
    purpose = fields.String(required=True, validate=one_of(*PURPOSES))
    requester_id = fields.String(required=True)
    hours = fields.Integer(required=True)
    asked_at = Instant(required=True)
    decided_at = Instant(required=True, allow_none=True)
    decided_by = fields.String(required=True, allow_none=True)
    until = Instant(required=True, allow_none=True)
    ended_at = Instant(required=True, allow_none=True)
    openings = fields.Integer(required=True)
    version = fields.Integer(required=True)


IdentityRequestPage = page_of(IdentityRequestItem)


class IdentityKey(Schema):
    """The identity's key as it is sealed to the custodian: ``key_id`` names the custodian's key pair."""

    report_id = fields.String(required=True)
    key_id = fields.String(required=True)
    sealed_key = Base64(required=True)


class IdentityRequest(IdentityRequestItem):
    """One request. The reasons, ``requester_name`` and ``public_key`` are for the custodian and the requester, null for
    who follows the progress alone. ``identity_key``: for the custodian, while the request waits for the decision.
    """

    requester_name = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    decision_reason = fields.String(required=True, allow_none=True)
    end_reason = fields.String(required=True, allow_none=True)
    public_key = Base64(required=True, allow_none=True)
    identity_key = fields.Nested(IdentityKey, required=True, allow_none=True)


class DecideIdentityRequest(OfIdentityRequest):
    """``hours``: at most as asked, which it is where absent. ``sealed_key``: with an approval, the identity's key,
    sealed by the custodian's client to the request's ``public_key``. ``expected_version``: the request as it was read.
    """

    approved = fields.Boolean(required=True, truthy={True}, falsy={False})
    reason = Text(max=REASON, required=True)
    hours = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(min=1, max=MOST_HOURS)
    )
    sealed_key = Base64(SEALED_KEY_BYTES, load_default=None, allow_none=True)
    expected_version = fields.Integer(load_default=None, allow_none=True)

    @validates_schema
    def _goes_with_an_approval(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data["approved"] and not data["sealed_key"]:
            raise ValidationError("An approval needs the key, sealed to the requester.", "sealed_key")
        if not data["approved"]:
            for name in ("sealed_key", "hours"):
                if data[name]:
                    raise ValidationError("Goes with an approval only.", name)


class RevokeIdentityRequest(OfIdentityRequest):
    """``reason``: why it is open no longer, for the requester and the custodian, sealed with the report."""

    reason = Text(max=REASON, required=True)


class IdentityOpening(Schema):
    """What the requester's client opens the identity from. ``identity``: the sealed identity; ``sealed_key``: its key,
    sealed to the request's ``public_key``; both open only as those of this report, the key only for this request.
    """

    request_id = fields.String(required=True)
    report_id = fields.String(required=True)
    identity = Base64(required=True)
    sealed_key = Base64(required=True)
    until = Instant(required=True)


class HourOfOpenings(Schema):
    """How often the identity was opened in the hour that began then."""

    at = Instant(required=True)
    times = fields.Integer(required=True)


class IdentityRequestSeen(Schema):
    """A request as the reporter sees it: no name of anybody. Services answer codes; the gateway adds ``text``, purpose
    and state in words. ``open_from`` and ``open_until``: within which time it may be, or might have been, opened.
    """

    state = fields.String(required=True, validate=one_of(*STATES))
    purpose = fields.String(required=True, validate=one_of(*PURPOSES))
    text = fields.String()
    asked_at = Instant(required=True)
    decided_at = Instant(required=True, allow_none=True)
    open_from = Instant(required=True, allow_none=True)
    open_until = Instant(required=True, allow_none=True)
    openings = fields.List(fields.Nested(HourOfOpenings), required=True)
