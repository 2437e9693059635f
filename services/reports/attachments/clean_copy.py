"""What the inspection found, and the copy without metadata that it made, sealed like the original."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from services.reports.attachments.parts import Place
from services.reports.attachments.sealing import SEALED_PART_BYTES
from services.reports.attachments.vault import Document, Held, Vault
from services.reports.model.attachments import CLEAN, PART_BYTES


def keep_inspection(
    vault: Vault,
    held: Held,
    inspection: Document,
    clean: Iterable[bytes] | None = None,
    clean_type: str | None = None,
) -> Document:
    """Keeps ``inspection`` (``{verdict, notes, scan: {result, …}, type}``) and the clean copy, if there is one.

    ``clean`` may come in chunks of any size; ``clean_type`` is the code of its type. Returns the document as it is
    then. ``chassis.refusals.Stale`` or ``parts.Overtaken`` when another inspection of the same file got further: of
    this one nothing is kept.
    """
    change: dict[str, Any] = {"inspection": inspection}
    document = held.document
    if clean is not None:
        # Whoever comes later has a higher version, and this one's parts do not mix with theirs.
        document = vault.attachments.change(document, {"$set": {CLEAN: {"writes": []}}})
        change[CLEAN] = _keep_copy(vault, replace(held, document=document), clean, clean_type)
    return vault.attachments.change(document, {"$set": change})


def in_parts(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in full parts and a last one, which is empty only when there are no bytes at all."""
    waiting = bytearray()
    began = False
    for chunk in chunks:
        waiting += chunk
        while len(waiting) > PART_BYTES:
            yield bytes(waiting[:PART_BYTES])
            del waiting[:PART_BYTES]
            began = True
    if waiting or not began:
        yield bytes(waiting)


def _keep_copy(vault: Vault, held: Held, chunks: Iterable[bytes], type_code: str | None) -> Document:
    document, version = held.document, held.document["version"]
    digest, size, number, last_bytes = hashlib.sha256(), 0, 0, 0
    for content in in_parts(chunks):
        digest.update(content)
        sealed = held.key.seal_part(CLEAN, number, content)
        vault.parts.put(Place(document["_id"], CLEAN, number, version), sealed)
        size, number, last_bytes = size + len(content), number + 1, len(sealed)
    sealed_bytes = (number - 1) * SEALED_PART_BYTES + last_bytes
    vault.parts.complete(document["_id"], CLEAN, number, sealed_bytes, document["at"])
    manifest = {
        "file_name": held.record["file_name"],
        "size": size,
        "type": type_code or held.record["type"],
        "sha256": digest.hexdigest(),
    }
    return {"writes": [version] * number, "manifest": held.key.seal_record(CLEAN, "manifest", manifest)}
