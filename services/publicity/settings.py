"""The settings of the publicity service, all prefixed ``PUBLICITY_``. Durations are in seconds."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from environs import Env
from marshmallow import ValidationError, validate

from chassis.config import ConfigurationError, secret
from chassis.mail import MailServer
from chassis.mail_config import mail_server

Network = IPv4Network | IPv6Network

# Doubling, so that a channel is served again after at most about as long as it was down; half a day in all,
# then twice half a day.
RETRY_WAITS = [1, 2, 4, 8, 15, 30, 60, 120, 300, 600, 1200, 2400, 4800, 9600, 19200, 43200, 43200]


@dataclass(frozen=True)
class PublicitySettings:
    """``public_url`` is the gateway's address as readers know it, for links in feeds; None leaves the links
    out.

    ``secrets_key``: 32 bytes that channel secrets are sealed with. ``allowed_networks``: private networks
    that channels may be in all the same. ``mail_server``: that of newsletters that name none of their
    own.
    """

    secrets_key: bytes
    retry_waits: tuple[float, ...]
    send_timeout: float
    sending_lease: float
    channel_concurrency: int
    allowed_networks: tuple[Network, ...]
    mail_server: MailServer | None
    public_url: str | None


def load_settings(env: Env) -> PublicitySettings:
    """Read by the chassis at start; every wrong value is named at once."""
    return PublicitySettings(
        secrets_key=_key(secret(env, "PUBLICITY_SECRETS_KEY")),
        retry_waits=tuple(
            env.list(
                "PUBLICITY_RETRY_WAITS",
                RETRY_WAITS,
                subcast=float,
                validate=[validate.Length(min=1), _growing],
            )
            or ()
        ),
        send_timeout=env.float("PUBLICITY_SEND_TIMEOUT_SECONDS", 10.0, validate=validate.Range(0.1, 60)),
        sending_lease=env.float("PUBLICITY_SENDING_LEASE_SECONDS", 90.0, validate=validate.Range(0.2, 3600)),
        channel_concurrency=env.int("PUBLICITY_CHANNEL_CONCURRENCY", 8, validate=validate.Range(1, 256)),
        allowed_networks=_networks(env.list("PUBLICITY_ALLOWED_PRIVATE_NETWORKS", []) or []),
        mail_server=mail_server(env, "PUBLICITY_SMTP_URL"),
        public_url=(env.str("PUBLICITY_PUBLIC_URL", "") or "").rstrip("/") or None,
    )


def _key(text: str) -> bytes:
    if not text:
        return b""  # missing: environs names it already
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != 32:
        raise ConfigurationError(["PUBLICITY_SECRETS_KEY: must be the base64 of 32 random bytes."])
    return key


def _growing(waits: list[float]) -> None:
    if any(wait <= 0 for wait in waits) or sorted(waits) != waits:
        raise ValidationError("must be positive seconds that do not shrink, for example 1,5,30,300.")


def _networks(texts: list[str]) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(text.strip()) for text in texts if text.strip())
    except ValueError as error:
        raise ConfigurationError(
            [f"PUBLICITY_ALLOWED_PRIVATE_NETWORKS: {error}; give networks such as 10.1.0.0/16,fd00::/8."]
        ) from error
