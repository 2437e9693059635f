"""Where sealed parts are kept: one interface, two stores behind it (GridFS in the service's database, or S3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Place:
    """One part of one copy of an attachment, as one write of it.

    ``write`` is the attachment's version when it was written. It grows with every writer, so that one who was
    overtaken, and comes late, does not replace what his successor wrote.
    """

    attachment_id: str
    copy: str
    number: int
    write: int


class Overtaken(Exception):
    """A later write of the same part is there already."""


class PartMissing(Exception):
    """The store does not have a part that its attachment's document tells of."""


class Parts(Protocol):
    """The store of parts. All of it raises ``chassis.refusals.Unavailable`` (or a database error) while it is away."""

    def put(self, place: Place, sealed: bytes) -> None:
        """Keeps a part, durably; in place of an earlier write of it. ``Overtaken`` when there is a later one."""

    def get(self, place: Place) -> bytes:
        """The part as it was put; ``PartMissing``."""

    def forget(self, place: Place) -> None:
        """Removes this write of a part, if another write does not stand in its place."""

    def complete(self, attachment_id: str, copy: str, parts: int, sealed_bytes: int, at: datetime) -> None:
        """All parts of a copy are there: so many, so many bytes in all. ``at``: what may be told of the time."""

    def erase(self, attachment_id: str, copies: Sequence[str]) -> None:
        """Removes all parts of these copies, of whatever write; again and again without harm."""
