"""The text of a file, in the encodings that are in use."""

from __future__ import annotations

import codecs
import re

from services.quiz.files.faults import UnreadableFile

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f]")
# How much of a file shows whether it is UTF-16 without a mark.
_LOOKED_AT = 4096


def decode(content: bytes) -> str:
    """The text of a file in UTF-8 or UTF-16 (with or without BOM), or GB18030; ``UnreadableFile`` for others."""
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return _decoded(content, encoding)
    if b"\0" in content[:_LOOKED_AT]:
        return _decoded(content, _unmarked(content[:_LOOKED_AT]))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded(content, "gb18030")


def _unmarked(start: bytes) -> str:
    """Which UTF-16 it is: every format here has ASCII signs, whose zero byte comes first in the big-endian one."""
    return "utf-16-be" if start[0::2].count(0) > start[1::2].count(0) else "utf-16-le"


def _decoded(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableFile("import.encoding") from error
    if _CONTROLS.search(text, 0, _LOOKED_AT):
        # Read as something else than it was written in.
        raise UnreadableFile("import.encoding")
    return text
