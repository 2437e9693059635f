"""Older Office and WPS documents (compound files, [MS-CFB]): what they are, and whether they have macros.

They are not rewritten: the place of what an author left differs by application and version, and a copy that claims
to be clean but is not would be worse than none.
"""

from __future__ import annotations

from typing import IO

from services.reports.inspection.types import type_table
from services.reports.inspection.verdicts import Unreadable

_FREE = 0xFFFFFFFA
_ENTRY_BYTES = 128
_HEADER_ENTRIES = 109
_MACROS = frozenset({"_VBA_PROJECT", "_VBA_PROJECT_CUR", "VBA", "Macros"})
_ENCRYPTED = "EncryptedPackage"


def examine_ole(source: IO[bytes]) -> tuple[str, set[str]]:
    """The exact type of the document, and notes. ``Unreadable`` when it is broken, encrypted or something else."""
    names = _names(source)
    if _ENCRYPTED in names:
        raise Unreadable("encrypted")
    for kind in type_table().types.values():
        if kind.streams & names:
            return kind.code, {"macros_present"} if _MACROS & names else set()
    raise Unreadable("not_this_type")


def _names(source: IO[bytes]) -> frozenset[str]:
    """The names in the file's directory."""
    source.seek(0, 2)
    total = source.tell()
    source.seek(0)
    header = source.read(512)
    shift = int.from_bytes(header[30:32], "little")
    if len(header) < 512 or shift not in (9, 12):
        raise Unreadable("broken")
    size = 1 << shift
    table = _table(source, header, size, total)
    names = set()
    sector, seen = int.from_bytes(header[48:52], "little"), set[int]()
    while sector < _FREE:
        if sector in seen or sector >= len(table):
            raise Unreadable("broken")
        seen.add(sector)
        names |= _names_of(_sector(source, sector, size))
        sector = table[sector]
    return frozenset(names)


def _table(source: IO[bytes], header: bytes, size: int, total: int) -> list[int]:
    """For each sector the one that follows it; as far as the header names the table, which is 6.8 MB of a file or
    more, and further along its chain."""
    places = [number for number in _numbers(header[76 : 76 + 4 * _HEADER_ENTRIES]) if number < _FREE]
    following, seen = int.from_bytes(header[68:72], "little"), set[int]()
    while following < _FREE:
        if following in seen or len(seen) * size > total:
            raise Unreadable("broken")
        seen.add(following)
        *numbers, following_next = _numbers(_sector(source, following, size))
        places += [number for number in numbers if number < _FREE]
        following = following_next
    return [number for place in places for number in _numbers(_sector(source, place, size))]


def _sector(source: IO[bytes], number: int, size: int) -> bytes:
    source.seek((number + 1) * size)
    sector = source.read(size)
    # The last one may be cut short.
    if len(sector) < _ENTRY_BYTES:
        raise Unreadable("broken")
    return sector.ljust(size, b"\0")


def _numbers(sector: bytes) -> list[int]:
    return [int.from_bytes(sector[place : place + 4], "little") for place in range(0, len(sector), 4)]


def _names_of(sector: bytes) -> set[str]:
    names = set()
    for place in range(0, len(sector), _ENTRY_BYTES):
        length = int.from_bytes(sector[place + 64 : place + 66], "little")
        if 2 <= length <= 64 and sector[place + 66]:
            names.add(sector[place : place + length - 2].decode("utf-16-le", "replace"))
    return names
