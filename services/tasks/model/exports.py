"""The manifest of a bundle: what a case was when it was exported, and the files that tell of it.

Who has the public key can check a bundle without this system, so all that counts is in the signed text: the number, who
made it and when, each file with its hash, the end of each custody chain.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

FORMAT = "mingjing.case-bundle.v1"
MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"

# The word in the number of a bundle: 明司卷〔2026〕3号.
KIND = "卷"


@dataclass(frozen=True)
class Custody:
    """The custody chain of an item as it ended when the bundle was made; ``broken_at``: None where it was whole."""

    item: int
    state: str
    links: int
    head: str
    broken_at: int | None


def manifest_text(
    *,
    number: str,
    case_id: str,
    case_number: str,
    case_version: int,
    made_at: datetime,
    made_by: Mapping[str, str],
    files: Iterable[Mapping[str, Any]],
    custody: Sequence[Custody],
) -> str:
    """The text that is signed. ``files``: path, size, SHA-256, and the item of evidence, if it is one."""
    at = f"{made_at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
    said = {
        "format": FORMAT,
        "number": number,
        "case": {"id": case_id, "number": case_number, "version": case_version},
        "made_at": at,
        "made_by": dict(made_by),
        "files": [dict(file) for file in sorted(files, key=lambda file: file["path"])],
        "custody": [vars(chain) for chain in custody],
    }
    return json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def signed_bytes(manifest: bytes) -> bytes:
    """What the signature is over: the manifest, marked as one, so that no other text passes for it."""
    return FORMAT.encode() + b"\n" + manifest
