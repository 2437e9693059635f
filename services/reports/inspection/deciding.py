"""What type a file is, by its first bytes. What its sender calls it is never asked."""

from __future__ import annotations

import codecs

import puremagic

from services.reports.inspection.frames import mpeg_frame_bytes
from services.reports.inspection.types import AttachmentType, matches, type_table

# How much of a file decides its type; more is not looked at.
HEAD_BYTES = 64 * 1024

_SPACE = b" \t\r\n\x0c\x00"
_BOM = b"\xef\xbb\xbf"
_ENTRY = b"PK\x03\x04"
_ENTRY_HEADER = 30
# What an Office package begins with: Office writes the first, WPS and others any of them.
_PACKAGE_OPENINGS = ("[Content_Types].xml", "_rels/", "docProps/", "customXml/", "word/", "xl/", "ppt/")
# Control characters that plain text has: tab, line feed, form feed, carriage return.
_TEXT_CONTROLS = frozenset(b"\t\n\x0c\r")
_CONTROLS = bytes(code for code in range(32) if code not in _TEXT_CONTROLS) + b"\x7f"


class TypeRefused(Exception):
    """The file is of no type on the list.

    ``looked_like``: ``empty``, the code of a refused type in ``types.json``, or ``unknown``; ``allowed``: the codes
    of the types that are taken.
    """

    def __init__(self, looked_like: str) -> None:
        self.looked_like = looked_like
        self.allowed = tuple(kind.code for kind in type_table().offered())
        super().__init__(f"looks like: {looked_like}")


def decide_type(head: bytes) -> AttachmentType:
    """The type of the file that begins with ``head`` (its first ``HEAD_BYTES``, or all of it when it is shorter).

    Raises ``TypeRefused``. An Office package may come out as a provisional type, which the inspection makes exact.
    """
    head = head[:HEAD_BYTES]
    if not head:
        raise TypeRefused("empty")
    found = _by_signature(head) or _by_brand(head) or _by_entries(head)
    if found:
        return type_table().types[found]
    opening = _opening(head)
    if opening:
        raise TypeRefused(opening)
    if _is_mpeg_audio(head):
        return type_table().types["mp3"]
    if _is_text(head):
        return type_table().types["txt"]
    raise TypeRefused(_name_of_refused(head))


def _by_signature(head: bytes) -> str | None:
    for kind in type_table().types.values():
        start = head.removeprefix(_BOM).lstrip(_SPACE) if kind.leading_space else head
        if matches(start, kind.signatures):
            return kind.code
    return None


def _by_brand(head: bytes) -> str | None:
    """ISO base media files (ISO/IEC 14496-12): the major brand first, then the compatible ones in their order."""
    if head[4:8] != b"ftyp":
        return None
    size = min(int.from_bytes(head[:4], "big"), len(head), 1024)
    brands = [head[8:12], *(head[place : place + 4] for place in range(16, size - 3, 4))]
    for refused in type_table().refused:
        if refused.brands.intersection(brands[:1]):
            raise TypeRefused(refused.code)
    for brand in brands:
        for kind in type_table().types.values():
            if brand in kind.brands:
                return kind.code
    return None


def _by_entries(head: bytes) -> str | None:
    """An Office package by the names of its first entries."""
    names = _entry_names(head)
    if not names or not names[0].startswith(_PACKAGE_OPENINGS):
        return None
    for kind in type_table().types.values():
        if kind.entries and any(name.startswith(kind.entries) for name in names):
            return kind.code
    return "ooxml" if "[Content_Types].xml" in names else None


def _entry_names(head: bytes) -> list[str]:
    """The names in the local headers of a zip file that are found in ``head``, if it begins with one."""
    names = []
    place = 0 if head.startswith(_ENTRY) else -1
    while place >= 0:
        length = int.from_bytes(head[place + 26 : place + 28], "little")
        name = head[place + _ENTRY_HEADER : place + _ENTRY_HEADER + length]
        names.append(name.decode("utf-8", "replace"))
        place = head.find(_ENTRY, place + _ENTRY_HEADER)
    return names


def _opening(head: bytes) -> str | None:
    start = head[:1024].removeprefix(_BOM).lstrip(_SPACE).lower()
    candidates = [refused for refused in type_table().refused if start.startswith(refused.openings or (b"\0",))]
    if not candidates:
        return None
    # An SVG file may begin as XML or with a comment.
    if candidates[0].code in ("xml", "web_page") and b"<svg" in start:
        return "svg"
    return candidates[0].code


def _is_mpeg_audio(head: bytes) -> bool:
    """Two frames of MPEG audio layer III, one after the other: a single one is too easily met by chance."""
    first = mpeg_frame_bytes(head[:4])
    return first > 0 and mpeg_frame_bytes(head[first : first + 4]) > 0


def _is_text(head: bytes) -> bool:
    if head.translate(None, _CONTROLS) != head:
        return False
    return encoding_of(head) is not None


def encoding_of(head: bytes) -> str | None:
    """``utf-8`` or ``gb18030``, whichever ``head`` is; it may end within a character."""
    for encoding in ("utf-8", "gb18030"):
        try:
            codecs.getincrementaldecoder(encoding)().decode(head)
        except UnicodeDecodeError:
            continue
        return encoding
    return None


def _name_of_refused(head: bytes) -> str:
    for refused in type_table().refused:
        if matches(head, refused.signatures):
            return refused.code
    try:
        candidates = puremagic.magic_string(head)
    except puremagic.PureError:
        return "unknown"
    for candidate in candidates:
        for refused in type_table().refused:
            if candidate.extension.lstrip(".").lower() in refused.extensions:
                return refused.code
    return "unknown"
