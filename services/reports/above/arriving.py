"""The level above's side: opening bundles with its private key, on a machine of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from services.reports import sealing
from services.reports.above.bundles import Bundle
from services.reports.attachments.sealing import SEALED_PART_BYTES, AttachmentKey
from services.reports.handlers.messages import text_of
from services.reports.model.attachments import ORIGINAL, parts_of
from services.reports.model.report import ContentUnreadable

Record = dict[str, Any]


def opened(bundle: Bundle, private_keys: Sequence[bytes], folder: Path) -> Path:
    """Opens a bundle into ``folder``/<report id>: ``report.json`` and the attachments, numbered; that folder.

    Attachments are written as they came, under names of ours: whoever sent them chose theirs, which the report lists.
    Raises ``KeyMissing``, ``ContentUnreadable``, ``NotABundle``, ``OSError`` (also when the folder is there already).
    """
    sealed = bundle.record
    report_id = _safe(sealed["report_id"])
    data_key = sealing.unwrapped(report_id, sealed["key_id"], sealed["sealed_key"], private_keys)
    report = _report(sealed, report_id, data_key, private_keys)
    target = folder / report_id
    target.mkdir(mode=0o700, parents=True)
    for attachment in sealed["attachments"]:
        report["attachments"].append(_attachment(bundle, attachment, report_id, data_key, target))
    text = orjson.dumps(report, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    (target / "report.json").write_bytes(text)
    return target


def _report(sealed: Record, report_id: str, data_key: bytes, private_keys: Sequence[bytes]) -> Record:
    names = ("report_id", "case_number", "category", "form_version", "reporter_mode", "received_at", "exported_at")
    content = orjson.loads(sealing.open_text(data_key, report_id, "content", sealed["content"]))
    return {
        **{name: sealed[name] for name in names},
        **content,
        "identity": _identity(sealed["identity"], report_id, private_keys),
        "messages": [
            {
                **{name: message[name] for name in ("number", "author", "at")},
                "text": text_of(data_key, report_id, message["id"], message["sealed"]),
            }
            for message in sealed["messages"]
        ],
        "attachments": [],
    }


def _identity(sealed: Record | None, report_id: str, private_keys: Sequence[bytes]) -> Record | None:
    if sealed is None:
        return None
    key = sealing.unwrapped(report_id, sealed["key_id"], sealed["sealed_key"], private_keys)
    identity: Record = orjson.loads(sealing.open_text(key, report_id, "identity", sealed["sealed"]))
    return identity


def _attachment(bundle: Bundle, sealed: Record, report_id: str, data_key: bytes, target: Path) -> Record:
    key = AttachmentKey.opened(report_id, sealed["id"], sealed["key"], data_key)
    manifest = key.open_record(ORIGINAL, "manifest", sealed["manifest"])
    name = f"attachment-{int(sealed['number'])}"
    written = count = 0
    with (target / name).open("wb") as file:
        for number, part in enumerate(bundle.parts(sealed, SEALED_PART_BYTES)):
            written += file.write(key.open_part(ORIGINAL, number, part))
            count += 1
    if written != manifest["size"] or count != parts_of(manifest["size"]):
        raise ContentUnreadable(report_id)
    told = ("file_name", "size", "type", "sha256")
    return {"file": name, "author": sealed["author"], **{field: manifest.get(field) for field in told}}


def _safe(report_id: str) -> str:
    """The id as a folder's name; what came on a medium may say anything."""
    if not report_id.isalnum():
        raise ContentUnreadable(report_id)
    return report_id
