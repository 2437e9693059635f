"""What lies before and after a file's own content, and whether another format hides there."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import IO

_WINDOW = 64 * 1024 + 22
_ZIP_END = b"PK\x05\x06"
# What readers find by searching the beginning or the end of a file, wherever in it they must.
_AT_END = (_ZIP_END, b"PK\x03\x04", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"%PDF-", b"MZ\x90\x00", b"\x7fELF")
_AT_BEGINNING = (b"<html", b"<script", b"<!doctype html", b"<?php", b"<svg")
_PACKAGES = frozenset({"ooxml", "docx", "xlsx", "pptx"})
_PADDING = b"\0\r\n\t \x1a"


def examine_surroundings(source: IO[bytes], type_code: str) -> set[str]:
    """The notes ``leading_data``, ``trailing_data``, ``second_format``, as they apply. Leaves ``source`` at 0."""
    total = source.seek(0, os.SEEK_END)
    source.seek(max(0, total - _WINDOW))
    tail = source.read()
    source.seek(0)
    head = source.read(1024)
    notes = _second_formats(head, tail, type_code)
    end_of = _ENDS.get(type_code)
    end = end_of(source, total) if end_of else None
    if end is not None and end < total:
        source.seek(end)
        after = source.read(_WINDOW)
        if after.strip(_PADDING):
            notes.add("trailing_data")
            if after.lstrip(_PADDING).startswith(_AT_END):
                notes.add("second_format")
    if type_code == "pdf" and head.find(b"%PDF-") > 0:
        notes.add("leading_data")
    source.seek(0)
    return notes


def _second_formats(head: bytes, tail: bytes, type_code: str) -> set[str]:
    if type_code == "txt":
        return set()
    hidden = any(mark in head.lower() for mark in _AT_BEGINNING)
    hidden |= type_code not in _PACKAGES and _ZIP_END in tail
    hidden |= type_code != "pdf" and b"%PDF-" in head
    return {"second_format"} if hidden else set()


def _end_of_jpeg(source: IO[bytes], total: int) -> int | None:
    """Past the end-of-image marker; None when there is none."""
    source.seek(2)
    while len(marker := source.read(2)) == 2 and marker[0] == 0xFF:
        if marker[1] == 0xD9:
            return source.tell()
        if marker[1] == 0xFF:
            source.seek(-1, os.SEEK_CUR)
            continue
        source.seek(int.from_bytes(source.read(2), "big") - 2, os.SEEK_CUR)
        if marker[1] == 0xDA and not _skip_scan(source):
            return None
    return None


def _skip_scan(source: IO[bytes]) -> bool:
    """On to the marker that ends the scan: in one, 0xFF is followed by zero or a restart marker."""
    place = source.tell()
    held = b""
    while part := source.read(1 << 20):
        block = held + part
        at = block.find(b"\xff")
        while 0 <= at < len(block) - 1:
            follower = block[at + 1]
            if follower and not 0xD0 <= follower <= 0xD7:
                source.seek(place + at)
                return True
            at = block.find(b"\xff", at + 2)
        held = block[-1:] if block.endswith(b"\xff") else b""
        place += len(block) - len(held)
    return False


def _end_of_png(source: IO[bytes], total: int) -> int | None:
    source.seek(8)
    while len(head := source.read(8)) == 8:
        source.seek(int.from_bytes(head[:4], "big") + 4, os.SEEK_CUR)
        if head[4:] == b"IEND":
            return source.tell()
    return None


def _end_of_gif(source: IO[bytes], total: int) -> int | None:
    source.seek(6)
    screen = source.read(7)
    if len(screen) < 7:
        return None
    _skip_colours(source, screen[4])
    while block := source.read(1):
        if block == b"\x3b":
            return source.tell()
        if block == b"\x2c":
            _skip_colours(source, (source.read(9) or b"\0")[-1])
            source.seek(1, os.SEEK_CUR)
        elif block == b"\x21":
            source.seek(1, os.SEEK_CUR)
        else:
            return None
        while (size := source.read(1)) and size != b"\0":
            source.seek(size[0], os.SEEK_CUR)
    return None


def _skip_colours(source: IO[bytes], flags: int) -> None:
    if flags & 0x80:
        source.seek(3 * (2 << (flags & 7)), os.SEEK_CUR)


def _end_of_riff(source: IO[bytes], total: int) -> int | None:
    source.seek(4)
    size = int.from_bytes(source.read(4), "little")
    # Recorders that were cut off leave no size.
    return 8 + size + size % 2 if 0 < size < 0xFFFFFFFF else None


def _end_of_boxes(source: IO[bytes], total: int) -> int | None:
    """ISO base media: the end of the last whole box."""
    place = 0
    while place + 8 <= total:
        source.seek(place)
        head = source.read(16)
        size = int.from_bytes(head[:4], "big")
        if size == 1:
            size = int.from_bytes(head[8:16], "big")
        if size == 0:
            return total
        if size < 8 or place + size > total or not head[4:8].isascii():
            return place or None
        place += size
    return place


def _end_of_pdf(source: IO[bytes], total: int) -> int | None:
    source.seek(max(0, total - _WINDOW))
    start = source.tell()
    at = source.read().rfind(b"%%EOF")
    return start + at + 5 if at >= 0 else None


def _end_of_zip(source: IO[bytes], total: int) -> int | None:
    """Before the archive's comment: Office writes none."""
    source.seek(max(0, total - _WINDOW))
    start = source.tell()
    at = source.read().rfind(_ZIP_END)
    return start + at + 22 if at >= 0 else None


_ENDS: dict[str, Callable[[IO[bytes], int], int | None]] = {
    "jpeg": _end_of_jpeg,
    "png": _end_of_png,
    "gif": _end_of_gif,
    "webp": _end_of_riff,
    "wav": _end_of_riff,
    "pdf": _end_of_pdf,
    **dict.fromkeys(("heic", "m4a", "mp4", "mov", "3gp"), _end_of_boxes),
    **dict.fromkeys(_PACKAGES, _end_of_zip),
}
