"""The two types of this package: a row of the table, and a problem about to be answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Details = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """How one refusal is told.

    ``detail``: ``(details, language) -> sentence``, or the code of a text whose ``{parts}`` are the details,
    or None.
    ``members``: details that are repeated as members of the problem, for programs (RFC 9457, section 3.2).
    Details named ``errors`` (``[{"field", "message"}]``) and ``retry_after`` (seconds) need no row of their
    own: they become the ``errors`` member and the ``Retry-After`` header.
    ``challenge``: what a 401 asks for (``WWW-Authenticate``).
    """

    status: int
    slug: str
    zh: str
    en: str
    detail: Callable[[Details, str], str] | str | None = None
    members: tuple[str, ...] = ()
    challenge: str = 'Bearer realm="mingjing"'

    def title(self, language: str) -> str:
        """The title, the same for every occurrence of this problem."""
        return self.en if language == "en" else self.zh


@dataclass
class Problem(Exception):
    """A problem on its way out; raise it anywhere below a request."""

    row: Row
    details: Details = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
