"""What all that is done with attachments stands on: the documents, the parts, the limits; and an attachment opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chassis.refusals import NotFound
from services.reports.attachments.parts import PartMissing, Parts, Place
from services.reports.attachments.sealing import AttachmentKey
from services.reports.model import attachments as rules
from services.reports.model.attachments import CLEAN, ORIGINAL, Limits
from services.reports.model.report import ContentUnreadable
from services.reports.store.attachments import Attachments

Document = dict[str, Any]
Record = dict[str, Any]

COPIES = (ORIGINAL, CLEAN)


@dataclass(frozen=True)
class Vault:
    """The attachments of all reports. ``limits``: those of the form that is offered now."""

    attachments: Attachments
    parts: Parts
    limits: Limits


@dataclass(frozen=True)
class Evidence:
    """The item of evidence that a file is, by its number in the case."""

    case_id: str
    item: int


@dataclass(frozen=True)
class Side:
    """Whose attachments are meant: a report, opened, and the side that sends. ``staff_id``: None for the reporter.

    With ``evidence``: the file of a case in the report's place, and the item that the attachment is; its number is the
    attachment's.
    """

    report_id: str
    data_key: bytes
    staff_id: str | None = None
    evidence: Evidence | None = None

    @property
    def author(self) -> str:
        """``reporter`` or ``staff``."""
        return rules.STAFF if self.staff_id else rules.REPORTER


@dataclass(frozen=True)
class Held:
    """An attachment, opened. ``record``: what is known of its original, complete or not."""

    document: Document
    key: AttachmentKey
    record: Record

    @property
    def complete(self) -> bool:
        """Whether all of it is there."""
        return bool(self.document["state"] == rules.STORED)

    @property
    def offset(self) -> int:
        """So many bytes of the original are durable."""
        size: int = self.record["size"]
        return size


def opened(document: Document, data_key: bytes) -> Held:
    """The attachment of a document; ``ContentUnreadable`` when it was changed."""
    key = AttachmentKey.opened(document["report_id"], document["_id"], document["key"], data_key)
    kind = "manifest" if document["state"] == rules.STORED else "progress"
    return Held(document, key, key.open_record(ORIGINAL, kind, document[ORIGINAL][kind]))


def find(vault: Vault, report_id: str, attachment_id: str, data_key: bytes, author: str | None = None) -> Held:
    """The attachment, opened; ``NotFound`` unless it belongs to this report (and is by this side)."""
    document = vault.attachments.get(report_id, attachment_id)
    if document is None or author not in (None, document["author"]):
        raise NotFound("attachment")
    return opened(document, data_key)


def open_part(vault: Vault, held: Held, copy: str, number: int) -> bytes:
    """The content of one part; ``ContentUnreadable`` when it was changed, or is missing."""
    document = held.document
    try:
        sealed = vault.parts.get(Place(document["_id"], copy, number, document[copy]["writes"][number]))
    except (PartMissing, IndexError):
        raise ContentUnreadable(held.key.report_id) from None
    return held.key.open_part(copy, number, sealed)
