"""The address of a mail server, read from the environment."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from environs import Env
from marshmallow import ValidationError

from chassis.config import secret
from chassis.mail import PORTS, MailServer

_SCHEMES = {"smtp": "none", "smtp+starttls": "starttls", "smtps": "tls"}


def mail_server(env: Env, name: str) -> MailServer | None:
    """The server of an address like ``smtp+starttls://user:password@host:587``, from ``NAME`` or ``NAME_FILE``.

    None when nothing is set. ``smtp`` is without TLS, ``smtps`` with TLS from the first byte. The address may hold a
    password, so no message repeats it.
    """

    def well_formed(text: str) -> None:
        if _parsed(text) is None:
            raise ValidationError(
                "must be smtp://, smtp+starttls:// or smtps:// with a host, for example "
                "smtp+starttls://user:password@mail.example.org:587."
            )

    return _parsed(secret(env, name, default="", validate=well_formed))


def _parsed(text: str) -> MailServer | None:
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        return None
    security = _SCHEMES.get(url.scheme)
    if security is None or not url.hostname:
        return None
    username = unquote(url.username) if url.username else None
    return MailServer(url.hostname, port or PORTS[security], security, username, unquote(url.password or ""))
