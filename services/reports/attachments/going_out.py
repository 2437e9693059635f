"""Files on their way out, part by part."""

from __future__ import annotations

from collections.abc import Iterator

from chassis.refusals import NotFound
from services.reports.attachments.vault import Held, Record, Vault, open_part, opened
from services.reports.model import attachments as rules
from services.reports.model.attachments import ORIGINAL, PART_BYTES
from services.reports.model.report import ContentUnreadable


def stored(vault: Vault, report_id: str, data_key: bytes) -> list[Held]:
    """All complete attachments of a report, opened, oldest first."""
    documents = vault.attachments.of_report(report_id)
    return [opened(document, data_key) for document in documents if document["state"] == rules.STORED]


def manifest(held: Held, copy: str) -> Record:
    """What is known of a complete copy: ``file_name``, ``size`` in bytes, ``type``, ``sha256``."""
    if copy == ORIGINAL:
        return held.record
    return held.key.open_record(copy, "manifest", held.document[copy]["manifest"])


def part(vault: Vault, held: Held, copy: str, number: int) -> bytes:
    """A part of a complete copy; ``NotFound`` beyond its end, ``ContentUnreadable`` when it is not as sealed."""
    size = manifest(held, copy)["size"]
    if number >= rules.parts_of(size):
        raise NotFound("part")
    content = open_part(vault, held, copy, number)
    if len(content) != min(PART_BYTES, size - number * PART_BYTES):
        raise ContentUnreadable(held.key.report_id)
    return content


def original(vault: Vault, held: Held) -> Iterator[bytes]:
    """All parts of the original, one after the other, for those who look into it."""
    for number in range(rules.parts_of(manifest(held, ORIGINAL)["size"])):
        yield part(vault, held, ORIGINAL, number)
