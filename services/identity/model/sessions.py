"""Refresh tokens: each is used once; a second use ends the session, unless it is an honest repetition.

A token is ``<session>.<generation>.<secret>.<tag>``. The tag is a MAC under a key of the service: what does not carry
it is noise and touches nothing, what carries it was issued by us, so an old generation with a good tag is proof that
somebody kept a copy (RFC 9700 section 4.14.2): the whole session ends, for thief and owner alike.

The honest repetition: a double click, or an answer lost on the way, brings the last token again within seconds.
Ending the session for it would sign people out on bad networks. So within ``GRACE`` after a rotation the token just
replaced gets *the same* successor again, not another one: the successor's secret is derived from the old token's
secret and a salt that is stored, which only the bearer of the old token can do. As soon as the successor has been
used, its predecessor is reuse like any other. What a thief gains: to stay unseen, both must refresh within these
seconds of each other every time; at the first time they do not, the session ends.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

GRACE = timedelta(seconds=10)

_SECRET_BYTES = 32
_TAG_BYTES = 16


@dataclass(frozen=True)
class RefreshToken:
    """A token whose tag is right."""

    session_id: str
    generation: int
    secret: bytes

    @property
    def digest(self) -> bytes:
        """What is stored of it. The secret has 256 random bits, so a plain hash is enough."""
        return hashlib.sha256(self.secret).digest()

    def successor(self, salt: bytes) -> RefreshToken:
        """The next generation's token; the same for the same salt."""
        return RefreshToken(self.session_id, self.generation + 1, hmac.digest(self.secret, salt, "sha256"))

    def sealed(self, key: bytes) -> str:
        """The text that the client holds."""
        body = f"{self.session_id}.{self.generation}.{_encode(self.secret)}"
        return f"{body}.{_encode(_tag(body, key))}"


def opened(text: str, keys: list[bytes]) -> RefreshToken | None:
    """The token, or None for anything that we did not issue under one of ``keys``."""
    body, _, tag = text.rpartition(".")
    parts = body.split(".")
    given = _decode(tag)
    if len(parts) != 3 or given is None:
        return None
    if not any(hmac.compare_digest(given, _tag(body, key)) for key in keys):
        return None
    secret = _decode(parts[2])
    if secret is None or len(secret) != _SECRET_BYTES or not parts[1].isascii() or not parts[1].isdecimal():
        return None
    return RefreshToken(parts[0], int(parts[1]), secret)


class Verdict(Enum):
    """What to do with a genuine token."""

    ROTATE = "rotate"
    REPEAT = "repeat"
    REUSED = "reused"
    OVER = "over"


@dataclass(frozen=True)
class SessionState:
    """What a session document says about its tokens."""

    generation: int
    digest: bytes
    previous_digest: bytes | None
    rotated_at: datetime
    idle_until: datetime
    expires_at: datetime
    ended: bool


def judge(state: SessionState, token: RefreshToken, now: datetime) -> Verdict:
    """The rule of this module, for a token of this session."""
    if state.ended or now >= state.idle_until or now >= state.expires_at:
        return Verdict.OVER
    if token.generation == state.generation and hmac.compare_digest(token.digest, state.digest):
        return Verdict.ROTATE
    honest = (
        token.generation == state.generation - 1
        and state.previous_digest is not None
        and hmac.compare_digest(token.digest, state.previous_digest)
        and now - state.rotated_at <= GRACE
    )
    return Verdict.REPEAT if honest else Verdict.REUSED


def _tag(body: str, key: bytes) -> bytes:
    return hmac.digest(key, body.encode(), "sha256")[:_TAG_BYTES]


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _decode(text: str) -> bytes | None:
    try:
        return base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (binascii.Error, UnicodeEncodeError, ValueError):
        return None
