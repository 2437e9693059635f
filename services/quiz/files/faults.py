"""Why a whole file cannot be read, or a row of it not be taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_SHOWN = 80


@dataclass
class UnreadableFile(Exception):
    """Not a file of questions, or one made to harm. ``code`` is a text code."""

    code: str


@dataclass(frozen=True)
class Rejected:
    """Why a row is not taken. ``message`` is a text code or a schema's sentence; ``value`` what stood there, cut."""

    row: int
    field: str
    message: str
    value: str | None = None


def shown(value: Any) -> str | None:
    """What stood somewhere, as an account shows it."""
    if value is None:
        return None
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
