"""The one place that makes ids."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime

import uuid_utils

# Where a UUIDv7 holds its version and variant, and where it is random.
_VERSION = 0xF000_C000_0000_0000_0000
_RANDOM = 0x0FFF_3FFF_FFFF_FFFF_FFFF


def new_id() -> str:
    """A UUIDv7 (RFC 9562): unique, and sorted by the time it was made."""
    return str(uuid_utils.uuid7())


def new_id_as_of(moment: datetime) -> str:
    """A UUIDv7 that tells ``moment`` as its time; all else in it is random."""
    now = uuid_utils.uuid7().int
    beside = uuid.uuid4().int
    return str(uuid.UUID(int=int(moment.timestamp() * 1000) << 80 | now & _VERSION | beside & _RANDOM))


def derived_id(*parts: str) -> str:
    """The same id for the same parts: 32 hex digits of their SHA-256. For effects that must happen once."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
