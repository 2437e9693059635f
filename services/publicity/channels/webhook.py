"""Partners that take publications by HTTP: the Standard Webhooks headers, signed with a shared key.

The key of the message, ``webhook-id``, is the same for every attempt, and the specification obliges the
receiver to drop a repetition by it; therefore an attempt with an unclear end may be repeated.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
from marshmallow import ValidationError, fields, validate
from standardwebhooks import Webhook as Signer

from chassis.connecting import NotSent
from contracts.fields import format_instant
from contracts.schema import Schema
from services.publicity.channels import outbound
from services.publicity.channels.base import Channel, Parcel, Target
from services.publicity.channels.outbound import AddressRefused, Answer, NoAnswer
from services.publicity.model.outcomes import Later, Live, Outcome, Rejected, Unclear, Withdrawn
from services.publicity.rendering import to_html
from services.publicity.settings import Network

# The receiver has read this very message and will never take it; everything else may be a fault that is
# repaired.
_FINAL = {400, 410, 413, 415, 422}
# The specification asks for 24 to 64 bytes; a shorter key that a partner insists on must still be hard to
# guess.
_KEY_BYTES = range(16, 129)
_PRINTABLE = re.compile(r"[\x21-\x7e]{1,256}\Z")


def _target_url(value: str) -> None:
    try:
        parts = urlsplit(value)
        wrong = parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0
    except ValueError:
        wrong = True
    if wrong or not value.isascii() or re.search(r"[\s\x00-\x1f]", value):
        raise ValidationError("publicity.bad_url")
    if parts.username is not None or parts.password is not None:
        raise ValidationError("publicity.url_with_password")


def _signing_key(value: str) -> None:
    encoded = value.removeprefix("whsec_").rstrip("=")
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not value.startswith("whsec_") or len(key) not in _KEY_BYTES:
        raise ValidationError("publicity.bad_signing_key")


class WebhookSettings(Schema):
    """Where to POST to."""

    url = fields.String(required=True, validate=[validate.Length(max=2000), _target_url])


class WebhookSecrets(Schema):
    """``whsec_`` and the base64 of the key that both sides know."""

    signing_key = fields.String(required=True, validate=_signing_key)


class Webhook(Channel):
    """Events ``publication.published``, ``publication.withdrawn`` and ``channel.test``."""

    kind = "webhook"
    resend_is_safe = True
    has_recipients = False
    needs_slug = False
    settings = WebhookSettings()
    secrets = WebhookSecrets()

    def __init__(self, allowed: Sequence[Network]) -> None:
        self._allowed = allowed

    def problems(self, settings: dict[str, Any]) -> list[tuple[str, str]]:
        """A target that resolves to a refused address; a name that does not resolve now may do so later."""
        parts = urlsplit(settings["url"])
        try:
            outbound.resolve(parts.hostname or "", parts.port or 443, self._allowed)
        except AddressRefused:
            return [("url", "publicity.address_refused")]
        except NotSent:
            pass
        return []

    def submit(self, target: Target, parcel: Parcel) -> Outcome:
        """2xx is live; what the partner calls it is taken from ``Location`` where it is sent."""
        publication = parcel.publication
        data = {
            "id": publication["_id"],
            "version": publication["published_version"],
            "kind": publication["kind"],
            "title": publication["title"],
            "summary": publication["summary"],
            "body_markdown": publication["body_markdown"],
            "body_html": to_html(publication["body_markdown"]),
            "cover": publication["cover"],
            "contact": publication["contact"],
            "content_hash": publication["content_hash"],
            "published_at": format_instant(publication["published_at"]),
        }
        return self._send(target, parcel, "publication.published", publication["published_at"], data)

    def withdraw(self, target: Target, parcel: Parcel) -> Outcome:
        """The partner is told; that it complies is between the two houses."""
        publication = parcel.publication
        data = {
            "id": publication["_id"],
            "version": publication["published_version"],
            "reason": publication["withdrawal_reason"],
            "withdrawn_at": format_instant(publication["withdrawn_at"]),
        }
        outcome = self._send(target, parcel, "publication.withdrawn", publication["withdrawn_at"], data)
        return Withdrawn() if isinstance(outcome, Live) else outcome

    def try_out(self, target: Target, key: str, now: datetime, timeout: float) -> Outcome:
        """A signed message of the type ``channel.test`` that partners answer with 2xx and do nothing about."""
        parcel = Parcel(delivery_id="", key=key, publication={}, before="", now=now, timeout=timeout)
        return self._send(target, parcel, "channel.test", now, {"channel": target.id})

    def _send(self, target: Target, parcel: Parcel, event: str, at: datetime, data: dict[str, Any]) -> Outcome:
        body = orjson.dumps({"type": event, "timestamp": format_instant(at), "data": data})
        signature = Signer(target.secrets["signing_key"]).sign(parcel.key, parcel.now, body.decode())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Mingjing",
            "webhook-id": parcel.key,
            "webhook-timestamp": str(int(parcel.now.timestamp())),
            "webhook-signature": signature,
        }
        try:
            answer = outbound.post(target.settings["url"], body, headers, timeout=parcel.timeout, allowed=self._allowed)
        except AddressRefused:
            return Rejected("address_refused")
        except NotSent as failure:
            return Later(failure.code)
        except NoAnswer as failure:
            return Unclear(failure.code)
        return _outcome(answer, parcel.now)


def _outcome(answer: Answer, now: datetime) -> Outcome:
    if 200 <= answer.status < 300:
        location = answer.headers.get("location", "")
        return Live(remote_url=location if _PRINTABLE.match(location) else None)
    error = f"http_{answer.status}"
    if answer.status in _FINAL:
        return Rejected(error)
    return Later(error, retry_after(answer.headers.get("retry-after"), now))


def retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds of a ``Retry-After`` header, given as a number or as a date (RFC 9110, section 10.2.3)."""
    if not header:
        return None
    if header.strip().isdigit():
        return float(header.strip()[:9])
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (moment - now).total_seconds()) if moment.tzinfo else None
