"""Refusals that every service may answer with. A refusal is a dataclass exception: its fields reach the gateway.

``model`` modules import only the standard library, so they declare their own in the same form.
"""

from __future__ import annotations

from dataclasses import dataclass, field, is_dataclass
from typing import Any


@dataclass
class NotFound(Exception):
    """There is no such thing, or it is not for this person to know of."""

    what: str


@dataclass
class Forbidden(Exception):
    """The person may know of the thing, but not do this with it. ``why`` is a text code or an English sentence."""

    why: str = ""


@dataclass
class NotSignedIn(Exception):
    """The operation needs an account."""


@dataclass
class Invalid(Exception):
    """The request's form is right, its content is not. ``errors``: ``[{"field", "message"}]``."""

    errors: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def field(cls, name: str, message: str, **parts: Any) -> Invalid:
        """One wrong field. ``message`` is a text code or an English sentence, ``parts`` its parameters."""
        return cls([{"field": name, "message": message, **({"parts": parts} if parts else {})}])


@dataclass
class WrongState(Exception):
    """The thing is in a state in which this cannot be done; ``allowed`` lists what can."""

    state: str
    allowed: list[str] = field(default_factory=list)


@dataclass
class Stale(Exception):
    """The thing was changed by somebody else in the meantime."""

    current_version: int | None = None


@dataclass
class IdempotencyKeyReused(Exception):
    """The same key came with another request."""


@dataclass
class TooMany(Exception):
    """Try again after ``retry_after`` seconds."""

    retry_after: int


@dataclass
class Unavailable(Exception):
    """A part that is needed does not answer now; nothing was done that cannot be tried again."""

    part: str
    retry_after: int = 2


def is_refusal(error: BaseException) -> bool:
    """Whether this exception is meant for the caller, rather than a fault of ours."""
    return is_dataclass(error) and isinstance(error, Exception)


def validation_errors(messages: Any) -> list[dict[str, str]]:
    """marshmallow's nested messages as ``[{"field": "subjects.0.name", "message": "…"}]``, in order of the fields."""
    return [{"field": path, "message": text} for path, text in _flatten(messages, ())]


def _flatten(messages: Any, path: tuple[str, ...]) -> list[tuple[str, str]]:
    if isinstance(messages, dict):
        flat: list[tuple[str, str]] = []
        for key, value in messages.items():
            flat += _flatten(value, path if key == "_schema" else (*path, str(key)))
        return flat
    if isinstance(messages, list):
        return [entry for message in messages for entry in _flatten(message, path)]
    return [(".".join(path), str(messages))]
