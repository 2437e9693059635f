"""The types of attachments that are taken, as data: ``types.json``.

The order of the table is the order in which signatures are tried. *Provisional* types are what the beginning of
a file can tell (an Office package); the deep inspection replaces them by an exact one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

Signature = tuple[tuple[int, bytes], ...]

_TABLE = Path(__file__).with_name("types.json")


@dataclass(frozen=True)
class AttachmentType:
    """One type on the list. ``max_bytes``: the largest original; ``copy_type``: the type of its clean copy."""

    code: str
    media_type: str
    extensions: tuple[str, ...]
    name_zh: str
    name_en: str
    max_bytes: int
    clean_copy: bool
    copy_type: str
    provisional: bool
    signatures: tuple[Signature, ...]
    brands: frozenset[bytes]
    leading_space: bool
    entries: str
    streams: frozenset[str]


@dataclass(frozen=True)
class RefusedType:
    """What is not taken, so that a refusal can name it. ``openings``: lower case, after leading white space."""

    code: str
    extensions: frozenset[str]
    signatures: tuple[Signature, ...]
    brands: frozenset[bytes]
    openings: tuple[bytes, ...]


@dataclass(frozen=True)
class TypeTable:
    """``types.json``, read. ``version`` names the list that an attachment was taken under."""

    version: str
    types: Mapping[str, AttachmentType]
    refused: tuple[RefusedType, ...]

    def offered(self) -> tuple[AttachmentType, ...]:
        """What people are told that they may attach: every exact type."""
        return tuple(kind for kind in self.types.values() if not kind.provisional)

    def largest(self) -> int:
        """The largest ``max_bytes`` of all types."""
        return max(kind.max_bytes for kind in self.types.values())


@cache
def type_table() -> TypeTable:
    """The table of this release."""
    table = json.loads(_TABLE.read_text(encoding="utf-8"))
    types = [_type(row) for row in table["types"]]
    return TypeTable(
        version=table["version"],
        types={kind.code: kind for kind in types},
        refused=tuple(_refused(row) for row in table["refused"]),
    )


def _type(row: Mapping[str, Any]) -> AttachmentType:
    return AttachmentType(
        code=row["code"],
        media_type=row["media_type"],
        extensions=tuple(row["extensions"]),
        name_zh=row["name"]["zh"],
        name_en=row["name"]["en"],
        max_bytes=row["max_bytes"],
        clean_copy=row["clean_copy"],
        copy_type=row.get("copy_type", row["code"]),
        provisional=row.get("provisional", False),
        signatures=_signatures(row),
        brands=_brands(row),
        leading_space=row.get("leading_space", False),
        entries=row.get("entries", ""),
        streams=frozenset(row.get("streams", ())),
    )


def _refused(row: Mapping[str, Any]) -> RefusedType:
    return RefusedType(
        code=row["code"],
        extensions=frozenset(extension.lower() for extension in row["extensions"]),
        signatures=_signatures(row),
        brands=_brands(row),
        openings=tuple(opening.encode() for opening in row.get("openings", ())),
    )


def _signatures(row: Mapping[str, Any]) -> tuple[Signature, ...]:
    return tuple(
        tuple((int(offset), bytes.fromhex(pattern)) for offset, pattern in signature.items())
        for signature in row.get("signatures", ())
    )


def _brands(row: Mapping[str, Any]) -> frozenset[bytes]:
    return frozenset(brand.encode("ascii") for brand in row.get("brands", ()))


def matches(head: bytes, signatures: Iterable[Signature]) -> bool:
    """Whether ``head`` has all bytes of one of the signatures in their places."""
    return any(all(head.startswith(part, offset) for offset, part in signature) for signature in signatures)
