"""Request headers that carry meaning, parsed by their RFC; and the headers that every answer carries."""

from __future__ import annotations

import re
from typing import Any

from gateway.problems import core
from gateway.problems.row import Problem

IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,126}[\x21-\x7e])?\Z")

# RFC 9110, section 8.8.3; ours are a number in quotes.
_ENTITY_TAG = re.compile(r'\s*(W/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*\Z')
_VERSION = re.compile(r"[1-9]\d{0,17}\Z")

# The documentation is the only page that the gateway serves; all it needs comes from here, nothing is inline.
CONTENT_SECURITY_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
DOCUMENTATION_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


def security_headers(*, https: bool) -> dict[str, str]:
    """The headers of every answer; an answer that sets one itself keeps its own."""
    headers = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
    if https:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return headers


def entity_tag(version: Any) -> str:
    """The strong validator of one version of a resource."""
    return f'"{version}"'


def if_match(header: str | None, *, required: bool) -> int | None:
    """The version that a change builds on; None for ``*``, and for a missing header that is not required.

    A required header that is missing, and several tags that could match, are 422 (API.md knows no 428); a tag
    that can never match - weak, or none of ours - is 412 (RFC 9110, section 13.1.1: strong comparison).
    """
    if header is None or not header.strip():
        if required:
            raise _invalid("If-Match", "validation.if_match")
        return None
    if header.strip() == "*":
        return None
    versions = [version for version in map(_strong_version, _split(header)) if version is not None]
    if not versions:
        raise Problem(core.STALE)
    if len(versions) > 1:
        raise _invalid("If-Match", "validation.one_entity_tag")
    return versions[0]


def none_match(header: str | None, tag: str) -> bool:
    """Whether ``If-None-Match`` says that the client has this tag already (weak comparison)."""
    if not header:
        return False
    if header.strip() == "*":
        return True
    opaque = tag.strip('"')
    return any(match is not None and match[2] == opaque for match in map(_ENTITY_TAG.match, _split(header)))


def idempotency_key(header: str | None) -> str | None:
    """The key that makes a repeated POST safe; 422 when it is empty, too long or not printable."""
    if header is None:
        return None
    if not IDEMPOTENCY_KEY.match(header):
        raise _invalid("Idempotency-Key", "validation.idempotency_key")
    return header


def receipt(header: str | None) -> str:
    """The receipt of ``Authorization: Receipt …``; whether it is a good one is the reports service's to
    say."""
    scheme, _, value = (header or "").partition(" ")
    if scheme.lower() != "receipt" or not value.strip():
        raise Problem(core.NO_RECEIPT, headers={"WWW-Authenticate": 'Receipt realm="reports"'})
    return value.strip()


def _split(header: str) -> list[str]:
    """The members of a list of entity tags; a comma inside quotes does not divide."""
    return re.findall(r'(?:[^,"]|"[^"]*")+', header)


def _strong_version(tag: str) -> int | None:
    match = _ENTITY_TAG.match(tag)
    if match is None or match[1] or not _VERSION.match(match[2]):
        return None
    return int(match[2])


def _invalid(field: str, code: str) -> Problem:
    return Problem(core.INVALID, {"errors": [{"field": field, "message": code}]})
