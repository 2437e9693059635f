"""Who is counted: an address or a user name, under a keyed hash, so that neither is stored in clear."""

from __future__ import annotations

import hashlib
from ipaddress import AddressValueError, IPv6Address
from typing import Any

# What a provider gives to one customer (RFC 6177): whoever has it can write from any address in it.
_CUSTOMERS_BITS = 64


def address_of(environ: dict[str, Any], trusted_proxies: int) -> str:
    """The client's address.

    ``X-Forwarded-For`` is believed as far as our own proxies wrote it: its last ``trusted_proxies`` entries,
    of which the first is what the outermost proxy saw.
    """
    forwarded = environ.get("HTTP_X_FORWARDED_FOR") if trusted_proxies else None
    if forwarded:
        entries = [entry.strip() for entry in forwarded.split(",")]
        return str(entries[-min(trusted_proxies, len(entries))])[:64]
    return str(environ.get("REMOTE_ADDR") or "")


def household(address: str) -> str:
    """Who is counted as one: an IPv4 address, or the /64 network of an IPv6 address."""
    if ":" not in address:
        return address
    try:
        parsed = IPv6Address(address.partition("%")[0])
    except AddressValueError:
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return f"{int(parsed) >> (128 - _CUSTOMERS_BITS):x}/{_CUSTOMERS_BITS}"


def key_from(secret: bytes) -> bytes:
    """The key of the hashes, of the length that they take, from a configured secret of any length."""
    return hashlib.sha256(secret).digest()


def digest_of(key: bytes, *subject: str) -> str:
    """What stands for ``subject`` in the counters: 24 hex digits."""
    return hashlib.blake2b("\x1f".join(subject).encode("utf-8", "replace"), key=key, digest_size=12).hexdigest()
