"""Pictures on their way in and out of files: known by their content, and none passed over without a word."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from services.quiz.files.faults import Rejected, shown

_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
# A picture may have so many bytes.
MAX_BYTES = 2 * 1024 * 1024
# More than a question may have; what it may have is the schema's business.
_MOST = 50
_DATA = re.compile(r"data:[^,;]*(?:;[^,;]*)*;base64,", re.IGNORECASE)


@dataclass(frozen=True)
class Embedded:
    """A picture as a file carries it; read from one, its ``media_type`` is not known yet."""

    content: bytes
    media_type: str = ""

    @cached_property
    def id(self) -> str:
        """What it is known by here: SHA-256 of its content, hex."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def name(self) -> str:
        """What it is called in a file."""
        return f"{self.id}.{_SUFFIXES[self.media_type]}"


Shown = Mapping[str, Embedded]


def from_data(source: str) -> Embedded | None:
    """The picture of a ``data:`` URL, or None where it is none that can be read."""
    head = _DATA.match(source)
    return from_base64(source[head.end() :]) if head else None


def from_base64(text: str) -> Embedded | None:
    """The picture, whatever white space stands in the text; None where it is no base64."""
    try:
        return Embedded(base64.b64decode("".join(text.split()), validate=True))
    except (binascii.Error, ValueError):
        return None


@dataclass
class Pictures:
    """Those of one question: ``media`` as it has them, the content of each by id, and why others are not taken."""

    row: int
    media: list[dict[str, str]] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    faults: list[Rejected] = field(default_factory=list)

    def show(self, place: str, source: str, alt: str, picture: Embedded | None) -> None:
        """The picture ``source`` stands at this place; refused when the file does not have it, when it is too large, or
        says nothing to those who do not see it.
        """
        if picture is None:
            self.refuse("import.picture_not_in_file", source)
        elif len(picture.content) > MAX_BYTES:
            self.refuse("media.too_large", source)
        elif not alt.strip():
            self.refuse("import.picture_without_alt", source)
        elif len(self.media) < _MOST:
            self.contents[picture.id] = picture.content
            self.media.append({"place": place, "id": picture.id, "alt": alt})

    def refuse(self, message: str, value: str) -> None:
        """Notes what cannot be taken, and why."""
        if len(self.faults) < _MOST:
            self.faults.append(Rejected(self.row, "media", message, shown(value)))
