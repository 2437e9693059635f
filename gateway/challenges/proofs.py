"""Challenges and their solutions, in the form of ALTCHA (https://altcha.org/docs), by its library.

A challenge is signed, tells its expiry in its salt, and is kept nowhere until it is solved.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from altcha.v1 import SHA256, ChallengeOptions, Payload, create_challenge, verify_solution
from marshmallow import EXCLUDE, ValidationError, fields, validate

from contracts.schema import Schema

# Long enough to solve the hardest one on an old phone and to send what was written meanwhile.
VALID_FOR = timedelta(minutes=20)
# The widget's solution has some 400 characters.
MAX_LENGTH = 2000

_HEX = validate.Regexp(r"[0-9a-f]{64}\Z")


class NotAccepted(Exception):
    """This is no valid solution. ``reason``: ``malformed``, ``foreign``, ``expired`` or ``spent``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Proof:
    """A valid solution: the challenge that it solves, and until when (Unix time) it would be accepted."""

    challenge: str
    expires: float


class _Solution(Schema):
    class Meta:
        unknown = EXCLUDE

    algorithm = fields.String(required=True, validate=validate.Equal(SHA256))
    challenge = fields.String(required=True, validate=_HEX)
    number = fields.Integer(required=True, strict=True, validate=validate.Range(0, 2**53))
    salt = fields.String(required=True, validate=validate.Length(max=200))
    signature = fields.String(required=True, validate=_HEX)


_SOLUTION = _Solution()


class Proofs:
    """Makes and checks challenges under a key; those who share the key accept each other's."""

    def __init__(self, key: str) -> None:
        # Without a key of its own a process must not sign with one that everybody knows.
        self._key = key or secrets.token_hex(32)

    def challenge(self, max_number: int, now: float) -> dict[str, Any]:
        """A new challenge as ALTCHA's widget takes it, valid for VALID_FOR from ``now`` (Unix time)."""
        made = create_challenge(
            ChallengeOptions(
                algorithm=SHA256,
                max_number=max_number,
                hmac_key=self._key,
                expires=datetime.fromtimestamp(now, UTC) + VALID_FOR,
            )
        )
        return {
            "algorithm": made.algorithm,
            "challenge": made.challenge,
            "maxnumber": made.max_number,
            "salt": made.salt,
            "signature": made.signature,
        }

    def check(self, sent: Any, now: float) -> Proof:
        """The proof in what the widget sends: base64 of a JSON object; ``NotAccepted`` otherwise."""
        payload = Payload.from_dict(_solution(sent))
        ours, _ = verify_solution(payload, self._key, check_expires=False)
        if not ours:
            raise NotAccepted("foreign")
        _, expires, _ = payload.parse_salt()
        if expires is None or expires <= now:
            raise NotAccepted("expired")
        return Proof(payload.challenge, expires)


def _solution(sent: Any) -> Any:
    if not isinstance(sent, str) or len(sent) > MAX_LENGTH:
        raise NotAccepted("malformed")
    try:
        return _SOLUTION.load(orjson.loads(base64.b64decode(sent)))
    except (ValueError, binascii.Error, ValidationError):
        raise NotAccepted("malformed") from None
