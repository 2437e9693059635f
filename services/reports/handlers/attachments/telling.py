"""Attachments as the operations answer them."""

from __future__ import annotations

from typing import Any

from services.reports.attachments import coming_in, going_out
from services.reports.attachments.coming_in import Piece
from services.reports.attachments.vault import Held, Side, Vault
from services.reports.inspection.types import type_table
from services.reports.model import attachments as rules

_UNKNOWN_TYPE = "application/octet-stream"


def attachment(held: Held) -> dict[str, Any]:
    """A complete attachment, for staff; the reporter's answers leave out what is not theirs to know."""
    document, inspection = held.document, held.document.get("inspection")
    type_code = (inspection or {}).get("type") or held.record["type"]
    return {
        "id": document["_id"],
        "author": document["author"],
        "staff_id": document.get("staff_id"),
        "at": document["at"],
        "file_name": held.record["file_name"],
        "type": type_code,
        "media_type": _media_type(type_code),
        "size": held.record["size"],
        "sha256": held.record["sha256"],
        "state": document["state"],
        "check": rules.check_of(inspection),
        "notes": list((inspection or {}).get("notes", [])),
        "scan": rules.scan_of(inspection),
        "copies": rules.copies_of(document),
        "clean": _clean(held),
    }


def _clean(held: Held) -> dict[str, Any] | None:
    if rules.CLEAN not in rules.copies_of(held.document):
        return None
    manifest = going_out.manifest(held, rules.CLEAN)
    return {"size": manifest["size"], "sha256": manifest["sha256"]}


def upload(held: Held) -> dict[str, Any]:
    """How far a file has come."""
    return {
        "id": held.document["_id"],
        "offset": held.offset,
        "length": held.offset if held.complete else held.record["length"],
        "version": held.document["version"],
        "expires_at": held.document.get("expires_at"),
        "attachment": attachment(held) if held.complete else None,
    }


def part(vault: Vault, held: Held, copy: str, number: int) -> dict[str, Any]:
    """One part of a copy, with what it is a part of."""
    manifest = going_out.manifest(held, copy)
    return {
        "content": going_out.part(vault, held, copy, number),
        "file_name": manifest["file_name"],
        "media_type": _media_type(manifest["type"]),
        "size": manifest["size"],
        "parts": rules.parts_of(manifest["size"]),
        "copy": copy,
        "scan": rules.scan_of(held.document.get("inspection")),
    }


def begun(vault: Vault, side: Side, attachment_id: str, request: dict[str, Any], now: Any) -> dict[str, Any]:
    """A new attachment, with the piece that came along."""
    held = coming_in.begin(
        vault,
        side,
        attachment_id,
        request["file_name"],
        length=request["length"],
        announced=request["announced"],
        now=now,
    )
    if request["content"] or request["last"]:
        held = coming_in.put(vault, side, held, piece(request, 0, held.document["version"]), now)
    return upload(held)


def piece(request: dict[str, Any], offset: int, version: int) -> Piece:
    """The piece that a request carries."""
    return Piece(version, offset, request["content"], request["last"], request["sha256"])


def _media_type(type_code: str) -> str:
    kind = type_table().types.get(type_code)
    return kind.media_type if kind else _UNKNOWN_TYPE
