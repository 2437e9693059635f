"""The zip container of Office packages, read with suspicion and written anew."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO

from services.reports.inspection.limits import Limits
from services.reports.inspection.verdicts import Unreadable, Unsafe

_CHUNK = 256 * 1024
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_EPOCH = (1980, 1, 1, 0, 0, 0)
# Below this, the ratio of a package says nothing.
_SMALL = 8 * 1024 * 1024
_LOCAL_HEADER = 30


class Package:
    """The entries of a package. What is unpacked in all, over packages within packages too, is counted."""

    def __init__(self, archive: zipfile.ZipFile, limits: Limits, spent: list[int]) -> None:
        self._archive = archive
        self._limits = limits
        self._spent = spent
        self._entries = {entry.filename: entry for entry in archive.infolist() if not entry.is_dir()}

    @property
    def names(self) -> list[str]:
        """The names of all entries, in the package's order."""
        return list(self._entries)

    def size(self, name: str) -> int:
        """The size that the package gives for the unpacked entry."""
        return self._entries[name].file_size

    def read(self, name: str, most: int) -> bytes:
        """The unpacked entry. ``Unsafe`` when it is larger than ``most`` bytes."""
        parts, total = [], 0
        for part in self.parts(name):
            total += len(part)
            if total > most:
                raise Unsafe("expands_too_far")
            parts.append(part)
        return b"".join(parts)

    def parts(self, name: str) -> Iterator[bytes]:
        """The unpacked entry piece by piece. ``Unsafe`` when everything together expands too far."""
        with self._archive.open(self._entries[name]) as entry:
            while part := entry.read(_CHUNK):
                self._spent[0] += len(part)
                if self._spent[0] > self._limits.expanded_bytes:
                    raise Unsafe("expands_too_far")
                yield part


@contextmanager
def open_package(source: IO[bytes], limits: Limits, spent: list[int]) -> Iterator[Package]:
    """The package in ``source``; ``spent[0]``: bytes unpacked so far. ``Unreadable``, ``Unsafe``."""
    try:
        with zipfile.ZipFile(source) as archive:
            entries = archive.infolist()
            _check_amounts(entries, limits)
            _check_names(entries)
            _check_kinds(entries)
            _check_places(entries)
            yield Package(archive, limits, spent)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError) as error:
        raise Unreadable("broken") from error


def write_entry(archive: zipfile.ZipFile, name: str, parts: Iterable[bytes]) -> None:
    """Add an entry without time, system, comment or extra fields."""
    entry = zipfile.ZipInfo(name, date_time=_EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 0
    with archive.open(entry, "w", force_zip64=False) as target:
        for part in parts:
            target.write(part)


def _check_amounts(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(entries) > limits.entries:
        raise Unsafe("too_many_parts")
    expanded = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if expanded > limits.expanded_bytes or (expanded > _SMALL and expanded > limits.ratio * packed):
        raise Unsafe("expands_too_far")


def _check_names(entries: list[zipfile.ZipInfo]) -> None:
    """Two entries of one name are two documents in one file: which is shown depends on the reader."""
    seen = set()
    for entry in entries:
        # ``orig_filename``: the library cuts ``filename`` at a NUL.
        name = entry.orig_filename
        parts = name.rstrip("/").split("/")
        if "\0" in name or "\\" in name or ":" in name or name.startswith("/") or not {"", ".", ".."}.isdisjoint(parts):
            raise Unsafe("bad_entry_names")
        if name.casefold() in seen:
            raise Unsafe("bad_entry_names")
        seen.add(name.casefold())


def _check_kinds(entries: list[zipfile.ZipInfo]) -> None:
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise Unreadable("encrypted")
    if any(entry.compress_type not in _METHODS for entry in entries):
        raise Unreadable("broken")


def _check_places(entries: list[zipfile.ZipInfo]) -> None:
    """Entries that lie over each other unpack to far more than the file holds (D. Fifield, 2019)."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise Unsafe("expands_too_far")
        end = entry.header_offset + _LOCAL_HEADER + len(entry.orig_filename.encode()) + entry.compress_size
