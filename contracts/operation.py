"""An operation: one RPC of one service, its schemas, and who may call it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from contracts.call import Actor
from contracts.roles import ANY_ROLE, PUBLIC
from contracts.schema import Schema


@dataclass(frozen=True)
class Operation:
    """One callable capability of a service; both ends validate by the same schemas.

    ``roles``: role names, or ``PUBLIC`` / ``ANY_ROLE``; checked by the gateway and again by the service.
    ``repeatable``: running the request twice leaves the same state, so a redelivered request may run again.
    """

    service: str
    name: str
    request: type[Schema]
    response: type[Schema] | None
    roles: frozenset[str]
    repeatable: bool = False
    request_schema: Schema = field(init=False, compare=False, repr=False)
    response_schema: Schema | None = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "roles", frozenset(self.roles))
        object.__setattr__(self, "request_schema", self.request())
        object.__setattr__(self, "response_schema", self.response() if self.response else None)

    @property
    def routing_key(self) -> str:
        """nameko's own convention for the RPC exchange."""
        return f"{self.service}.{self.name}"

    @property
    def public(self) -> bool:
        """Whether it may be called without an account."""
        return bool(self.roles & PUBLIC)

    def allows(self, actor: Actor | None) -> bool:
        """Whether ``actor`` may call it at all; what they may see in it is the service's decision."""
        if self.public:
            return True
        if actor is None:
            return False
        return bool(self.roles & ANY_ROLE) or actor.has_any(self.roles)

    def load(self, request: Any) -> dict[str, Any]:
        """The validated request; ``marshmallow.ValidationError`` names every wrong field."""
        loaded: dict[str, Any] = self.request_schema.load(request)
        return loaded

    def dump(self, answer: Any) -> Any:
        """Only what the response schema declares leaves the service."""
        return self.response_schema.dump(answer) if self.response_schema else None
