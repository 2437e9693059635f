"""The access token: a JWT signed with EdDSA (Ed25519, RFC 8037), ``kid`` in its header, keys from ``signing_keys``.

Claims: ``iss``, ``aud``, ``sub`` (person id), ``sid`` (session id), ``iat``, ``exp``, and the person as others need
them to decide: ``name``, ``roles``, ``unit``, ``path`` (unit ids from the root down to ``unit``), ``line``.
"""

from __future__ import annotations

from typing import Any, Final

from contracts.call import Actor

ALGORITHM: Final = "EdDSA"
AUDIENCE: Final = "mingjing"
DEFAULT_ISSUER: Final = "mingjing"
REQUIRED_CLAIMS: Final = ("iss", "aud", "sub", "sid", "iat", "exp", "roles")


def claims_of(actor: Actor) -> dict[str, Any]:
    """The claims that describe a person."""
    return {
        "sub": actor.id,
        "sid": actor.session_id,
        "name": actor.name,
        "roles": sorted(actor.roles),
        "unit": actor.unit_id,
        "path": list(actor.unit_path),
        "line": actor.line,
    }


def actor_of(claims: dict[str, Any]) -> Actor:
    """The person of verified claims; ``KeyError`` when a required claim is absent."""
    return Actor(
        id=claims["sub"],
        name=claims.get("name", ""),
        roles=frozenset(claims["roles"]),
        unit_id=claims.get("unit"),
        unit_path=tuple(claims.get("path") or ()),
        line=claims.get("line"),
        session_id=claims["sid"],
    )
