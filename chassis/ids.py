"""The one place that makes ids."""

from __future__ import annotations

import hashlib

import uuid_utils


def new_id() -> str:
    """A UUIDv7 (RFC 9562): unique, and sorted by the time it was made."""
    return str(uuid_utils.uuid7())


def random_id() -> str:
    """A UUIDv4 (RFC 9562): unlike ``new_id`` it tells nothing of when it was made."""
    return str(uuid_utils.uuid4())


def derived_id(*parts: str) -> str:
    """The same id for the same parts: 32 hex digits of their SHA-256. For effects that must happen once."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
