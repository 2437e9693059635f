"""Mail to the recipients of a newsletter, one message and one delivery for each.

A mail cannot be looked up or called back, and receivers do not drop repetitions. So when the connection is
cut after the message was handed over and before the server said 250, the delivery is ``unknown`` and is not
sent again by itself; everything before that moment is certainly not sent and is tried again. ``Message-ID``
is the same for every attempt. A withdrawal takes back what was not sent yet; of the rest it says
``cannot_withdraw``.
"""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from functools import lru_cache
from typing import Any
from urllib.parse import SplitResult, unquote

from marshmallow import Schema, ValidationError, fields, validate

from contracts.fields import Text, one_of
from contracts.publicity.schemas import RECIPIENTS_MAX
from services.publicity.channels import outbound
from services.publicity.channels.base import Channel, Parcel, Target
from services.publicity.channels.outbound import AddressRefused, Deadline, NotSent
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

_PORTS = {"none": 25, "starttls": 587, "tls": 465}
_SCHEMES = {"smtp": "none", "smtp+starttls": "starttls", "smtps": "tls"}


class MailServer(Schema):
    """The server that takes the mail; its addresses are checked like those of every channel."""

    host = fields.String(required=True, validate=validate.Regexp(r"^[A-Za-z0-9.:-]{1,253}$"))
    port = fields.Integer(validate=validate.Range(1, 65535))
    security = fields.String(load_default="starttls", validate=one_of("none", "starttls", "tls"))


def _address(**kwargs: Any) -> fields.Email:
    """An address that every mail server can write; internationalised domains come in their ASCII form."""
    return fields.Email(validate=[validate.Length(max=254), _ascii], **kwargs)


def _ascii(value: str) -> None:
    if not value.isascii():
        raise ValidationError("Not a valid email address.")


class NewsletterSettings(Schema):
    """``recipients`` are kept apart from the other settings and never come out again."""

    sender = _address(required=True)
    sender_name = Text(max=100, single_line=True)
    reply_to = _address()
    server = fields.Nested(MailServer)
    recipients = fields.List(_address(), validate=validate.Length(max=RECIPIENTS_MAX))


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

    def __init__(self, allowed: Sequence[Network], default_server: SplitResult | None) -> None:
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
        message, message_id = compose(target, parcel)
        deadline = Deadline(parcel.timeout)
        try:
            with deadline.watch():
                return self._hand_over(target, parcel.recipient, message, message_id, deadline)
        except AddressRefused:
            return Rejected("address_refused")
        except NotSent as failure:
            return Later(failure.code)

    def withdraw(self, target: Target, parcel: Parcel) -> Outcome:
        """What the server never took is withdrawn; a mail that went out is not."""
        return Withdrawn() if parcel.before in (PENDING, FAILED) else CannotWithdraw("mail_was_sent")

    def try_out(self, target: Target, key: str, now: datetime, timeout: float) -> Outcome:
        """Greet the server, sign in, and name the sender; no mail is sent."""
        deadline = Deadline(timeout)
        try:
            with deadline.watch():
                session = self._open(target, deadline)
                try:
                    code, _ = session.mail(target.settings["sender"])
                    session.rset()
                finally:
                    _leave(session)
        except AddressRefused:
            return Rejected("address_refused")
        except NotSent as failure:
            return Later(failure.code)
        except (OSError, smtplib.SMTPException) as failure:
            return Later(_code(failure))
        return Live() if code < 400 else _refused(code)

    def _hand_over(
        self, target: Target, recipient: str, message: bytes, message_id: str, deadline: Deadline
    ) -> Outcome:
        """One mail in a session of its own. Until DATA is accepted, whatever fails means: not sent."""
        try:
            session = self._open(target, deadline)
        except (OSError, smtplib.SMTPException) as failure:
            return Later(_code(failure))
        commands = (("MAIL", f"FROM:<{target.settings['sender']}>"), ("RCPT", f"TO:<{recipient}>"), ("DATA", ""))
        try:
            for verb, argument in commands:
                code, _ = session.docmd(verb, argument)
                if code >= 400:
                    _leave(session)
                    # A sender that is refused is a fault of the settings, which can be repaired.
                    return Later(f"smtp_{code}") if verb == "MAIL" else _refused(code)
        except (OSError, smtplib.SMTPException) as failure:
            session.close()
            return Later(_code(failure))
        return _last_words(session, message, message_id, deadline)

    def _open(self, target: Target, deadline: Deadline) -> smtplib.SMTP:
        """A greeted, encrypted and signed-in session."""
        server = target.settings.get("server")
        if server is not None:
            allowed: Sequence[Network] | None = self._allowed
            host, security = server["host"], server["security"]
            port = server.get("port") or _PORTS[security]
            username, password = target.secrets.get("username"), target.secrets.get("password", "")
        elif self._default is not None:
            allowed = None
            host, security = self._default.hostname or "", _SCHEMES[self._default.scheme]
            port = self._default.port or _PORTS[security]
            username, password = self._default.username, unquote(self._default.password or "")
        else:
            raise NotSent("no_mail_server")
        session = _Session(host, port, security, deadline, allowed)
        try:
            session.ehlo_or_helo_if_needed()
            if security == "starttls":
                session.begin_tls()
            if username:
                session.login(unquote(username), password)
        except BaseException:
            session.close()
            raise
        return session


class _Session(smtplib.SMTP):
    """smtplib over a connection that ``outbound`` has checked and watches."""

    def __init__(
        self, host: str, port: int, security: str, deadline: Deadline, allowed: Sequence[Network] | None
    ) -> None:
        self._deadline, self._security, self._allowed, self._name = deadline, security, allowed, host
        super().__init__(host, port, local_hostname="mingjing.invalid", timeout=deadline.left)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection = outbound.connect(host, port, self._deadline, self._allowed)
        return outbound.start_tls(connection, host, self._deadline) if self._security == "tls" else connection

    def begin_tls(self) -> None:
        """STARTTLS or nothing: a server that does not offer it gets no mail in the clear."""
        code, _ = self.docmd("STARTTLS") if self.has_extn("starttls") else (502, b"")
        if code != 220:
            raise NotSent("no_starttls")
        assert self.sock is not None
        self.sock = outbound.start_tls(self.sock, self._name, self._deadline)
        self.file = None
        self.helo_resp = self.ehlo_resp = None
        self.esmtp_features = {}
        self.does_esmtp = False
        self.ehlo_or_helo_if_needed()


def _last_words(session: smtplib.SMTP, message: bytes, message_id: str, deadline: Deadline) -> Outcome:
    """The message and the answer to it: from its first byte on, silence is unclear."""
    try:
        session.send(message + b".\r\n")
        code, _ = session.getreply()
    except (OSError, smtplib.SMTPException) as failure:
        session.close()
        return Unclear("timeout" if deadline.passed else _code(failure))
    _leave(session)
    return Live(message_id) if code < 400 else _refused(code)


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


def _refused(code: int) -> Outcome:
    return Rejected(f"smtp_{code}") if code >= 500 else Later(f"smtp_{code}")


def _code(failure: BaseException) -> str:
    if isinstance(failure, smtplib.SMTPResponseException) and failure.smtp_code > 0:
        return f"smtp_{failure.smtp_code}"
    if isinstance(failure, TimeoutError):
        return "timeout"
    if isinstance(failure, (smtplib.SMTPServerDisconnected, ConnectionError)):
        return "connection_cut"
    return "mail_failed"


def _leave(session: smtplib.SMTP) -> None:
    try:
        session.quit()
    except (OSError, smtplib.SMTPException):
        session.close()
