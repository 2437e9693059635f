"""Secrets of channels at rest: sealed with one key, bound to their channel, opened only to send."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox


class CannotOpen(Exception):
    """The sealed secrets were sealed with another key, for another channel, or were tampered with."""


def seal(key: bytes, channel_id: str, secrets: Mapping[str, str]) -> bytes:
    """XSalsa20-Poly1305 with a random nonce; the channel's id is sealed in, so that they fit no other channel."""
    return bytes(SecretBox(key).encrypt(orjson.dumps({"channel": channel_id, "secrets": dict(secrets)})))


def unseal(key: bytes, channel_id: str, sealed: bytes) -> dict[str, str]:
    """What ``seal`` was given; ``CannotOpen`` otherwise."""
    try:
        content = orjson.loads(SecretBox(key).decrypt(sealed))
    except CryptoError as error:
        raise CannotOpen from error
    if content["channel"] != channel_id:
        raise CannotOpen
    secrets: dict[str, str] = content["secrets"]
    return secrets
