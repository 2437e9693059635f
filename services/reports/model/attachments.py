"""The rules of attachments: their limits, their names, which copy may be opened, and the ways to refuse."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

# Of the content, the bytes that one part holds; the last part holds the rest.
PART_BYTES = 1024 * 1024
# The beginning of a file by which its type is decided.
HEAD_BYTES = 64 * 1024

UPLOADING = "uploading"
STORED = "stored"
# Its upload was given up or has expired; its parts are being removed.
REMOVING = "removing"
ERASED = "erased"

REPORTER = "reporter"
STAFF = "staff"

ORIGINAL = "original"
CLEAN = "clean"

# What the inspection says before it has looked, and what no other finding outweighs.
WAITING = "waiting"
INFECTED = "infected"
NOT_SCANNED = "not_scanned"

# An upload that nobody goes on with is forgotten after this time.
KEPT_UNFINISHED = timedelta(hours=24)
# A download of several parts is one reading for so long.
READING = timedelta(hours=1)

# The longest frame of a multipart request around its file: headers, boundary, small text parts.
FRAME_BYTES = 128 * 1024

_MOST_NAME = 120
# What no file name of any system may hold, and what makes a text read otherwise than it is stored: controls, format
# characters (bidirectional ones are among them), surrogates, private use, unassigned.
_NOT_SHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SEPARATORS = re.compile(r'[/\\:*?"<>|]+')


@dataclass
class AttachmentTooLarge(Exception):
    """The file, or with it all files of the report, would be larger than the form allows. Sizes in bytes."""

    limit: int
    what: str


@dataclass
class TooManyAttachments(Exception):
    """The report has as many files as the form allows."""

    limit: int


@dataclass
class AttachmentEmpty(Exception):
    """A file without content."""


@dataclass
class AttachmentTypeRefused(Exception):
    """The content is of no type that is taken. ``looks_like``: what it was taken for; ``allowed``: codes of types."""

    looks_like: str
    allowed: list[str] = field(default_factory=list)


@dataclass
class UploadConflict(Exception):
    """The upload stands elsewhere than the piece begins, or another request goes on with it. ``offset``: where."""

    offset: int


@dataclass
class EvidenceHasFile(Exception):
    """The item of evidence has its file already, which never changes. ``item``: its number in the case."""

    item: int


@dataclass
class AttachmentIncomplete(Exception):
    """Not all of the file has come in yet: there is nothing to fetch."""


@dataclass
class UploadComplete(Exception):
    """The file is complete; there is nothing to go on with or to cancel."""


@dataclass
class UploadLengthExceeded(Exception):
    """More bytes than the upload was begun for. ``length``: so many it was."""

    length: int


@dataclass
class NoCleanCopy(Exception):
    """There is no copy without metadata. ``check``: what the inspection says; the original may be asked for."""

    check: str
    copies: list[str] = field(default_factory=lambda: [ORIGINAL])


@dataclass
class AttachmentInfected(Exception):
    """A virus was found in the file: neither copy is opened."""


@dataclass
class ReadingOver(Exception):
    """The reading that later parts belong to is unknown or too long ago: begin again with the first part."""


# Refusals after which an upload has no purpose any more.
GIVEN_UP = (AttachmentTooLarge, AttachmentTypeRefused, AttachmentEmpty)


@dataclass(frozen=True)
class Limits:
    """What the form allows: files, bytes of each and of all, bytes by type."""

    files: int
    each: int
    total: int
    types: Mapping[str, int]

    @classmethod
    def of(cls, form: Mapping[str, Any]) -> Limits:
        """The limits that a version of the form tells (``limits.attachments``)."""
        told = form["limits"]["attachments"]
        types = {kind["code"]: kind["max_bytes"] for kind in told["types"]}
        return cls(told["max_files"], told["max_bytes_each"], told["max_bytes_total"], types)

    def check_begin(self, held: Sequence[int], length: int | None, announced: int | None) -> None:
        """Whether one more file may begin, when the author's others hold (or are to hold) ``held`` bytes each."""
        if len(held) >= self.files:
            raise TooManyAttachments(self.files)
        least = length if length is not None else max(0, (announced or 0) - FRAME_BYTES)
        if least > self.each:
            raise AttachmentTooLarge(self.each, "each")
        if least > self.total - sum(held):
            raise AttachmentTooLarge(self.total, "total")

    def room(self, held: Iterable[int]) -> int:
        """The bytes that one more file may have."""
        return max(0, min(self.each, self.total - sum(held)))

    def check_room(self, room: int, size: int) -> None:
        """Whether a file that was given ``room`` may have this size."""
        if size > room:
            raise (
                AttachmentTooLarge(self.each, "each") if room == self.each else AttachmentTooLarge(self.total, "total")
            )

    def check_type(self, code: str, size: int) -> None:
        """Whether a file of this type may have (at least) this size; types without a limit of their own may."""
        limit = self.types.get(code)
        if limit is not None and size > limit:
            raise AttachmentTooLarge(limit, "type")


def neutral_name(name: str) -> str:
    """What its sender calls a file, as a label of one line that no program takes for a path; never empty.

    Its end is kept, where the extension is; at most 120 characters.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(character for character in last if unicodedata.category(character) not in _NOT_SHOWN)
    label = " ".join(_SEPARATORS.sub("_", shown).split()).strip(". ")
    if len(label) > _MOST_NAME:
        stem, dot, extension = label.rpartition(".")
        keeps = dot and len(extension) <= 10
        label = f"{stem[: _MOST_NAME - len(extension) - 1]}.{extension}" if keeps else label[:_MOST_NAME]
    return label or "attachment"


def check_of(inspection: Mapping[str, Any] | None) -> str:
    """What both sides are told of the inspection: ``waiting``, ``infected``, or its verdict."""
    if inspection is None:
        return WAITING
    return INFECTED if scan_of(inspection) == INFECTED else str(inspection["verdict"])


def scan_of(inspection: Mapping[str, Any] | None) -> str | None:
    """``clean``, ``infected`` or ``not_scanned``; None before the inspection."""
    if inspection is None:
        return None
    scan = inspection.get("scan")
    return str(scan["result"]) if scan else NOT_SCANNED


def copies_of(attachment: Mapping[str, Any]) -> list[str]:
    """The copies that may be opened, the one without metadata first; none of an infected file."""
    if check_of(attachment.get("inspection")) == INFECTED:
        return []
    return [copy for copy in (CLEAN, ORIGINAL) if attachment.get(copy, {}).get("manifest")]


def check_complete(attachment: Mapping[str, Any]) -> None:
    """Whether all of it is there; ``AttachmentIncomplete``."""
    if attachment["state"] != STORED:
        raise AttachmentIncomplete


def copy_for_reporter(attachment: Mapping[str, Any]) -> str:
    """Which copy the reporter gets: of their own file the original; of one from staff the copy without metadata, or
    the original once it is known that there is no such copy. ``AttachmentInfected``, ``NoCleanCopy``.
    """
    check = check_of(attachment.get("inspection"))
    if check == INFECTED:
        raise AttachmentInfected
    copies = copies_of(attachment)
    if attachment["author"] == REPORTER:
        return ORIGINAL
    if CLEAN not in copies and check == WAITING:
        raise NoCleanCopy(check, [])
    return copies[0]


def check_opening(attachment: Mapping[str, Any], copy: str) -> None:
    """Whether staff may open this copy; ``AttachmentInfected``, ``NoCleanCopy``."""
    check = check_of(attachment.get("inspection"))
    if check == INFECTED:
        raise AttachmentInfected
    copies = copies_of(attachment)
    if copy not in copies:
        raise NoCleanCopy(check, copies)


def parts_of(size: int) -> int:
    """How many parts hold so many bytes."""
    return -(-size // PART_BYTES)
