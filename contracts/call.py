"""Who asks, until when, and under which trace: what travels beside the request of every RPC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

# The language that a person reads when the client names none.
DEFAULT_LANGUAGE = "zh-CN"


@dataclass(frozen=True)
class Actor:
    """A signed-in person as the access token describes them.

    ``unit_path`` holds unit ids from the root down to and including the person's own unit.
    """

    id: str
    name: str
    roles: frozenset[str]
    unit_id: str | None = None
    unit_path: tuple[str, ...] = ()
    line: str | None = None
    session_id: str | None = None

    def has_any(self, roles: frozenset[str] | set[str]) -> bool:
        """Whether the person holds at least one of ``roles``."""
        return bool(self.roles & roles)

    def as_claims(self) -> dict[str, Any]:
        """The JSON form that travels in the message's headers."""
        return {
            "id": self.id,
            "name": self.name,
            "roles": sorted(self.roles),
            "unit_id": self.unit_id,
            "unit_path": list(self.unit_path),
            "line": self.line,
            "session_id": self.session_id,
        }

    @classmethod
    def from_claims(cls, claims: dict[str, Any]) -> Actor:
        """The actor of ``as_claims()``; ``KeyError`` when the id or the roles are missing."""
        return cls(
            id=claims["id"],
            name=claims.get("name", ""),
            roles=frozenset(claims["roles"]),
            unit_id=claims.get("unit_id"),
            unit_path=tuple(claims.get("unit_path", ())),
            line=claims.get("line"),
            session_id=claims.get("session_id"),
        )


@dataclass(frozen=True)
class Call:
    """The circumstances of one request. Times are aware and UTC.

    ``deadline`` is the moment after which nobody waits for the answer any more.
    """

    now: datetime
    deadline: datetime | None = None
    actor: Actor | None = None
    idempotency_key: str | None = None
    language: str = DEFAULT_LANGUAGE
    traceparent: str | None = None
