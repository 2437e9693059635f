"""Copies of plain text: UTF-8 without byte order mark, lines ended by a line feed."""

from __future__ import annotations

import codecs
from typing import IO

from services.reports.inspection.deciding import HEAD_BYTES, encoding_of
from services.reports.inspection.verdicts import Unreadable

_CHUNK = 256 * 1024
# Characters that turn the direction of text, so that it reads otherwise than it is (Unicode TR 36, section 2).
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_CONTROLS = frozenset(chr(code) for code in range(32) if chr(code) not in "\t\n\x0c\r") | {"\x7f"}


def clean_text(source: IO[bytes], copy: IO[bytes]) -> set[str]:
    """Write the copy of the text; the notes. ``Unreadable`` when it is not text from beginning to end."""
    encoding = encoding_of(source.read(HEAD_BYTES))
    if encoding is None:
        raise Unreadable("not_this_type")
    source.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)()
    notes = {"converted_to_utf8"} if encoding != "utf-8" else set()
    held = ""
    while part := source.read(_CHUNK):
        text = held + _decoded(decoder, part)
        # A carriage return at the end may belong to a line feed that comes next.
        held = "\r" if text.endswith("\r") else ""
        notes |= _write(copy, text.removesuffix("\r") if held else text)
    notes |= _write(copy, held + _decoded(decoder, b"", final=True))
    return notes


def _decoded(decoder: codecs.IncrementalDecoder, part: bytes, final: bool = False) -> str:
    try:
        return decoder.decode(part, final)
    except UnicodeDecodeError as error:
        raise Unreadable("broken") from error


def _write(copy: IO[bytes], text: str) -> set[str]:
    if not _CONTROLS.isdisjoint(text):
        raise Unreadable("not_this_type")
    copy.write(text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8"))
    return set() if _BIDI.isdisjoint(text) else {"bidi_controls"}
