"""Mail to the recipients of a newsletter, one message and one delivery for each.

A mail cannot be looked up or called back, and receivers do not drop repetitions. So when the connection is
cut after the message was handed over and before the server said 250, the delivery is ``unknown`` and is not
sent again by itself; everything before that moment is certainly not sent and is tried again. ``Message-ID``
is the same for every attempt. A withdrawal takes back what was not sent yet; of the rest it says
``cannot_withdraw``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from functools import lru_cache, partial
from typing import Any

from marshmallow import fields, validate

from chassis import mail
from chassis.connecting import Deadline, NotSent
from chassis.mail import Connect, MailServer
from contracts.fields import MailAddress, Text, one_of
from contracts.publicity.schemas import RECIPIENTS_MAX
from contracts.schema import Schema
from services.publicity.channels import outbound
from services.publicity.channels.base import Channel, Parcel, Target
from services.publicity.channels.outbound import AddressRefused
from services.publicity.model.deliveries import FAILED, PENDING
from services.publicity.model.outcomes import (
    CannotWithdraw,
    Later,
    Live,
    Outcome,
    Rejected,
    Unclear,
    Withdrawn,
)
from services.publicity.rendering import to_html
from services.publicity.settings import Network


class ServerSettings(Schema):
    """The server that takes the mail; its addresses are checked like those of every channel."""

    host = fields.String(required=True, validate=validate.Regexp(r"^[A-Za-z0-9.:-]{1,253}$"))
    port = fields.Integer(validate=validate.Range(1, 65535))
    security = fields.String(load_default="starttls", validate=one_of("none", "starttls", "tls"))


class NewsletterSettings(Schema):
    """``recipients`` are kept apart from the other settings and never come out again."""

    sender = MailAddress(required=True)
    sender_name = Text(max=100, single_line=True)
    reply_to = MailAddress()
    server = fields.Nested(ServerSettings)
    recipients = fields.List(MailAddress(), validate=validate.Length(max=RECIPIENTS_MAX))


class NewsletterSecrets(Schema):
    """The account at the mail server, where it wants one."""

    username = fields.String(validate=validate.Length(max=320))
    password = fields.String(validate=validate.Length(max=1024))


class Newsletter(Channel):
    """SMTP, one connection for each message."""

    kind = "newsletter"
    resend_is_safe = False
    has_recipients = True
    needs_slug = False
    settings = NewsletterSettings()
    secrets = NewsletterSecrets()

    def __init__(self, allowed: Sequence[Network], default_server: MailServer | None) -> None:
        self._allowed = allowed
        self._default = default_server

    def problems(self, settings: dict[str, Any]) -> list[tuple[str, str]]:
        """No server anywhere, or one at a refused address."""
        server = settings.get("server")
        if server is None:
            return [] if self._default else [("server", "publicity.no_mail_server")]
        try:
            outbound.resolve(server["host"], server.get("port", 25), self._allowed)
        except AddressRefused:
            return [("server.host", "publicity.address_refused")]
        except NotSent:
            pass
        return []

    def submit(self, target: Target, parcel: Parcel) -> Outcome:
        """Live when the server has said 250 to the message; ``remote_id`` is its ``Message-ID``."""
        if parcel.recipient is None:
            return Rejected("recipient_gone")
        server, connect = self._server(target)
        if server is None:
            return Later("no_mail_server")
        message, message_id = compose(target, parcel)
        sender, deadline = target.settings["sender"], Deadline(parcel.timeout)
        try:
            outcome = mail.send(server, sender, parcel.recipient, message, deadline, connect)
        except AddressRefused:
            return Rejected("address_refused")
        return _as_told(outcome, message_id)

    def withdraw(self, target: Target, parcel: Parcel) -> Outcome:
        """What the server never took is withdrawn; a mail that went out is not."""
        return Withdrawn() if parcel.before in (PENDING, FAILED) else CannotWithdraw("mail_was_sent")

    def try_out(self, target: Target, key: str, now: datetime, timeout: float) -> Outcome:
        """Greet the server, sign in, and name the sender; no mail is sent."""
        server, connect = self._server(target)
        if server is None:
            return Later("no_mail_server")
        try:
            outcome = mail.try_out(server, target.settings["sender"], Deadline(timeout), connect)
        except AddressRefused:
            return Rejected("address_refused")
        return _as_told(outcome, None)

    def _server(self, target: Target) -> tuple[MailServer | None, Connect]:
        """The channel's own server, at an address that is checked, or that of the settings."""
        server = target.settings.get("server")
        if server is None:
            return self._default, mail.directly
        security = server["security"]
        username, password = target.secrets.get("username"), target.secrets.get("password", "")
        port = server.get("port") or mail.PORTS[security]
        checked = partial(outbound.connect, allowed=self._allowed)
        return MailServer(server["host"], port, security, username, password), checked


def _as_told(outcome: mail.Outcome, message_id: str | None) -> Outcome:
    match outcome:
        case mail.Taken():
            return Live(message_id)
        case mail.NotNow(code):
            return Later(code)
        case mail.Refused(code):
            return Rejected(code)
        case mail.Unclear(code):
            return Unclear(code)


def compose(target: Target, parcel: Parcel) -> tuple[bytes, str]:
    """The mail to one recipient, ready for DATA, and its ``Message-ID``; the same at every attempt."""
    publication, settings = parcel.publication, target.settings
    message_id = f"<{parcel.key}@{settings['sender'].rpartition('@')[2]}>"
    letter = _letter(
        publication["title"],
        publication["summary"],
        publication["body_markdown"],
        publication["published_at"],
        settings["sender"],
        settings.get("sender_name", ""),
        settings.get("reply_to"),
    )
    # An address holds ASCII only and no line break (NewsletterSettings), so it can stand in a header as it is.
    return f"Message-ID: {message_id}\r\nTo: {parcel.recipient}\r\n".encode("ascii") + letter, message_id


@lru_cache(maxsize=32)
def _letter(
    title: str,
    summary: str,
    markdown: str,
    published_at: datetime,
    sender: str,
    sender_name: str,
    reply_to: str | None,
) -> bytes:
    """What is the same for all recipients, made once: the other headers, and the text as text and as HTML."""
    message = EmailMessage()
    message["Subject"] = title
    message["From"] = Address(sender_name, addr_spec=sender)
    message["Date"] = format_datetime(published_at)
    message["Auto-Submitted"] = "auto-generated"
    if reply_to:
        message["Reply-To"] = reply_to
    # Base64 has no line that begins with a full stop, which SMTP would want doubled.
    message.set_content("\n\n".join(part for part in (summary, markdown) if part), cte="base64")
    page = f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><body>{to_html(markdown)}'
    message.add_alternative(page, subtype="html", cte="base64")
    return message.as_bytes(policy=SMTP_POLICY)
