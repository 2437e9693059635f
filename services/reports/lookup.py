"""What must be found again without being kept: receipts and idempotency keys, as keyed hashes.

HMAC-SHA256 under keys derived from a lookup key of the server, so that nobody with the database alone can confirm a
guess. Several lookup keys may be at work: the newest writes, all find.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from services.reports.keys import KEY_BYTES, lookup_key_id


@dataclass(frozen=True)
class Lookup:
    """One lookup key at work. ``id`` names it and tells nothing of it."""

    id: str
    receipt_key: bytes = field(repr=False)
    idempotency_key: bytes = field(repr=False)
    replay_key: bytes = field(repr=False)

    @classmethod
    def of(cls, key: bytes) -> Lookup:
        """The hashes under this key (32 bytes)."""
        return cls(
            lookup_key_id(key), _derived(key, b"receipt"), _derived(key, b"idempotency"), _derived(key, b"replay")
        )

    def receipt_hash(self, receipt: str) -> bytes:
        """The keyed hash under which a report is found by its receipt (canonical form)."""
        return _hmac(self.receipt_key, receipt)

    def id_of(self, scope: str, idempotency_key: str) -> str:
        """The id that one idempotency key always leads to within ``scope``."""
        return _hmac(self.idempotency_key, scope, idempotency_key).hex()[:32]

    def replay_key_of(self, idempotency_key: str, body: bytes) -> bytes:
        """The key of the answer to a request: it needs the idempotency key and the body, neither of which is kept."""
        return _hmac(self.replay_key, idempotency_key, body)


def _derived(key: bytes, purpose: bytes) -> bytes:
    return hashlib.blake2b(key=key, person=b"mj." + purpose, digest_size=KEY_BYTES).digest()


def _hmac(key: bytes, *parts: str | bytes) -> bytes:
    """HMAC-SHA256 over the parts, each preceded by its length, so that no two lists of parts read the
    same."""
    message = bytearray()
    for part in parts:
        encoded = part.encode() if isinstance(part, str) else part
        message += len(encoded).to_bytes(8, "big") + encoded
    return hmac.digest(key, message, "sha256")
