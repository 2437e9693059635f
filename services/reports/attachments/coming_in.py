"""Files on their way in, piece by piece.

All bytes that an answer has told of (``offset``) are durable, and one writer at a time gets on: each change builds
on the version that the last one left, and whoever resumes an upload raises it, so that the writer before gets no
further. Of several that begin at once, each sees what the others hold.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chassis import clock
from chassis.refusals import IdempotencyKeyReused, Stale
from contracts.event import Draft
from contracts.reports.events import AttachmentReceivedV1, EvidenceFileReceivedV1
from services.reports.attachments.parts import Overtaken, Place
from services.reports.attachments.sealing import SEALED_PART_BYTES, AttachmentKey
from services.reports.attachments.vault import COPIES, Document, Held, Record, Side, Vault, open_part, opened
from services.reports.inspection.deciding import TypeRefused, decide_type
from services.reports.model import attachments as rules
from services.reports.model.attachments import HEAD_BYTES, ORIGINAL, PART_BYTES

_IN_USE = (rules.UPLOADING, rules.STORED)


@dataclass(frozen=True)
class Piece:
    """Bytes from ``offset`` on, within one part.

    ``version``: of the attachment as the sender knows it. ``last``: the file ends with them. ``sha256``: of the whole
    file, where the sender has seen it.
    """

    version: int
    offset: int
    content: bytes
    last: bool = False
    sha256: str | None = None


def begin(
    vault: Vault,
    side: Side,
    attachment_id: str,
    file_name: str,
    *,
    length: int | None,
    announced: int | None,
    now: datetime,
) -> Held:
    """A new attachment, or the one that was begun under this id before.

    ``length``: its bytes, as far as they are known; ``announced``: bytes of the request around it. Raises
    ``TooManyAttachments``, ``AttachmentTooLarge``, ``AttachmentEmpty``; ``IdempotencyKeyReused`` when the earlier one
    has another name or length. The file of an item of evidence takes the place of one that never became complete;
    ``EvidenceHasFile`` when there is one.
    """
    name = rules.neutral_name(file_name)
    if length == 0:
        raise rules.AttachmentEmpty
    while True:
        others = vault.attachments.of_report(side.report_id)
        same = next((other for other in others if other["_id"] == attachment_id), None)
        if same is not None:
            return _begun_before(vault, side, same, name, length, now)
        if side.evidence and any(_makes_way(vault, other, side.evidence.item) for other in others):
            continue
        held = [_reserved(side, other) for other in others if other["author"] == side.author]
        sizes = [size for size in held if size is not None]
        vault.limits.check_begin(sizes, length, announced)
        room = vault.limits.room(sizes)
        record = {
            "file_name": name,
            "length": length,
            "room": room,
            "reserved": length if length is not None else min(room, room if announced is None else announced),
            "size": 0,
            "type": None,
        }
        number = side.evidence.item if side.evidence else max((other["number"] for other in others), default=0) + 1
        key = AttachmentKey.new(side.report_id, attachment_id)
        document = vault.attachments.add(_document(side, key, number, record, now))
        if document is not None:
            return Held(document, key, record)
        # Somebody else began at the same moment: what they hold counts, too.


def put(vault: Vault, side: Side, held: Held, piece: Piece, now: datetime) -> Held:
    """Keeps the next bytes. Bytes that are there already are compared, and kept once.

    Raises ``UploadConflict`` when the piece does not follow or another request goes on with the upload,
    ``UploadLengthExceeded``, ``IdempotencyKeyReused`` for other bytes than those that are there; and, with the upload
    being given up, ``AttachmentTooLarge``, ``AttachmentTypeRefused``, ``AttachmentEmpty``.
    """
    number, within = divmod(piece.offset, PART_BYTES)
    end, length = piece.offset + len(piece.content), held.record.get("length")
    if within + len(piece.content) > PART_BYTES or piece.offset > held.offset:
        raise rules.UploadConflict(held.offset)
    if length is not None and end > length:
        raise rules.UploadLengthExceeded(length)
    whole = _with_what_is_there(vault, held, number, within, piece.content)
    if held.complete:
        if end > held.offset or (piece.last and end != held.offset):
            raise IdempotencyKeyReused
        return held
    size = max(end, held.offset)
    complete = piece.last or size == length
    if size == held.offset and not complete:
        return held
    if piece.version != held.document["version"]:
        raise rules.UploadConflict(held.offset)
    try:
        record = _checked(vault, held.record | {"size": size}, number, whole, complete)
    except rules.GIVEN_UP:
        discard(vault, held.document["_id"])
        raise
    return _kept(vault, side, held, record, _Part(number, whole, complete, piece.sha256), now)


def resume(vault: Vault, held: Held, offset: int, now: datetime) -> Held:
    """The upload for a new writer; ``UploadConflict`` unless it stands at ``offset`` and is not complete."""
    if held.complete or offset != held.offset:
        raise rules.UploadConflict(held.offset)
    return _taken(vault, held, now)


def discard(vault: Vault, attachment_id: str) -> None:
    """Gives an unfinished attachment up; ``UploadComplete`` when there is nothing unfinished any more."""
    if not vault.attachments.begin_removing(attachment_id):
        raise rules.UploadComplete
    vault.parts.erase(attachment_id, COPIES)
    vault.attachments.remove(attachment_id)


@dataclass(frozen=True)
class _Part:
    """A part as it is to be kept; ``last``: the file is complete with it."""

    number: int
    content: bytes
    last: bool
    sha256: str | None


def _document(side: Side, key: AttachmentKey, number: int, record: Record, now: datetime) -> Document:
    document = {
        "_id": key.attachment_id,
        "report_id": side.report_id,
        "author": side.author,
        "number": number,
        "at": _told(side, now),
        "state": rules.UPLOADING,
        "expires_at": _expiry(now),
        "key": key.sealed_with(side.data_key),
        ORIGINAL: {"writes": [], "progress": key.seal_record(ORIGINAL, "progress", record)},
    }
    return document | ({"staff_id": side.staff_id} if side.staff_id else {})


def _makes_way(vault: Vault, other: Document, number: int) -> bool:
    """Whether this was an unfinished file of that number, which is given up now; ``EvidenceHasFile`` if finished."""
    if other["number"] != number:
        return False
    if other["state"] == rules.STORED:
        raise rules.EvidenceHasFile(number)
    discard(vault, other["_id"])
    return True


def _reserved(side: Side, document: Document) -> int | None:
    """The bytes that another attachment has or may get to have; None for one that is being removed."""
    if document["state"] not in _IN_USE:
        return None
    record = opened(document, side.data_key).record
    return int(record["size"] if document["state"] == rules.STORED else record["reserved"])


def _begun_before(vault: Vault, side: Side, document: Document, name: str, length: int | None, now: datetime) -> Held:
    if document["state"] not in _IN_USE:
        raise rules.UploadConflict(0)
    held = opened(document, side.data_key)
    known = held.offset if held.complete else held.record["length"]
    if held.record["file_name"] != name or (length is not None and length != known):
        raise IdempotencyKeyReused
    return held if held.complete else _taken(vault, held, now)


def _taken(vault: Vault, held: Held, now: datetime) -> Held:
    try:
        document = vault.attachments.change(held.document, {"$set": {"expires_at": _expiry(now)}})
    except Stale:
        raise rules.UploadConflict(held.offset) from None
    return Held(document, held.key, held.record)


def _with_what_is_there(vault: Vault, held: Held, number: int, within: int, content: bytes) -> bytes:
    """The part with ``content`` in its place; what is there of it already must be the same."""
    if held.offset <= number * PART_BYTES:
        return content
    there = open_part(vault, held, ORIGINAL, number)
    both = min(len(content), len(there) - within)
    if there[within : within + both] != content[:both]:
        raise IdempotencyKeyReused
    return there if both == len(content) else there[:within] + content


def _checked(vault: Vault, record: Record, number: int, whole: bytes, complete: bool) -> Record:
    """The record with the type, once the beginning tells it; the limits that only the content can break."""
    size = record["size"]
    vault.limits.check_room(record["room"], size)
    if complete and size == 0:
        raise rules.AttachmentEmpty
    if record["type"] is None and number == 0 and (complete or len(whole) >= HEAD_BYTES):
        try:
            record = record | {"type": decide_type(whole[:HEAD_BYTES]).code}
        except TypeRefused as refused:
            raise rules.AttachmentTypeRefused(refused.looked_like, list(refused.allowed)) from None
    if record["type"] is not None:
        vault.limits.check_type(record["type"], max(size, record["length"] or 0))
    return record


def _kept(vault: Vault, side: Side, held: Held, record: Record, part: _Part, now: datetime) -> Held:
    """Writes the part, then tells of it: what the document does not tell of was never acknowledged."""
    document, version = held.document, held.document["version"]
    sealed = held.key.seal_part(ORIGINAL, part.number, part.content)
    events: list[Draft] = []
    try:
        vault.parts.put(Place(document["_id"], ORIGINAL, part.number, version), sealed)
        if part.last:
            change, record = _completion(vault, side, held, record, part, len(sealed), now)
            events = _received(side, document["_id"], change["$set"])
        else:
            change = {"$set": {f"{ORIGINAL}.progress": held.key.seal_record(ORIGINAL, "progress", record)}}
        change["$set"][f"{ORIGINAL}.writes.{part.number}"] = version
        changed = vault.attachments.change(document, change, events)
    except (Overtaken, Stale):
        _leave_nothing(vault, document)
        raise rules.UploadConflict(held.offset) from None
    for replaced in document[ORIGINAL]["writes"][part.number : part.number + 1]:
        vault.parts.forget(Place(document["_id"], ORIGINAL, part.number, replaced))
    return Held(changed, held.key, record)


def _completion(
    vault: Vault, side: Side, held: Held, record: Record, last: _Part, sealed_bytes: int, now: datetime
) -> tuple[dict[str, Any], Record]:
    """What is to be changed for the file to be complete, and its manifest."""
    at = _told(side, now)
    manifest = {
        "file_name": record["file_name"],
        "size": record["size"],
        "type": record["type"],
        "sha256": last.sha256 if last.sha256 and last.number else _digest(vault, held, last),
    }
    total = last.number * SEALED_PART_BYTES + sealed_bytes
    vault.parts.complete(held.document["_id"], ORIGINAL, last.number + 1, total, at)
    sealed = held.key.seal_record(ORIGINAL, "manifest", manifest)
    change = {
        "$set": {"state": rules.STORED, "at": at, f"{ORIGINAL}.manifest": sealed},
        "$unset": {f"{ORIGINAL}.progress": "", "expires_at": ""},
    }
    return change, manifest


def _digest(vault: Vault, held: Held, last: _Part) -> str:
    """Over all that is kept and the last part: for files of one part, or that came in several requests."""
    digest = hashlib.sha256()
    for number in range(last.number):
        digest.update(open_part(vault, held, ORIGINAL, number))
    digest.update(last.content)
    return digest.hexdigest()


def _leave_nothing(vault: Vault, document: Document) -> None:
    """If the attachment was removed meanwhile, a part that came later goes as well."""
    if vault.attachments.get(document["report_id"], document["_id"]) is None:
        vault.parts.erase(document["_id"], COPIES)


def _received(side: Side, attachment_id: str, completed: Mapping[str, Any]) -> list[Draft]:
    told = [
        AttachmentReceivedV1.draft(
            attachment_id, report_id=side.report_id, attachment_id=attachment_id, author=side.author
        )
    ]
    if side.evidence:
        received = EvidenceFileReceivedV1.draft(
            attachment_id,
            case_id=side.evidence.case_id,
            item=side.evidence.item,
            attachment_id=attachment_id,
            staff_id=side.staff_id,
            digest=hashlib.sha256(completed[f"{ORIGINAL}.manifest"]).hexdigest(),
            at=completed["at"],
        )
        told.append(received)
    return told


def _told(side: Side, now: datetime) -> datetime:
    """The time that is kept: of a reporter only the hour."""
    return now if side.staff_id else clock.to_the_hour(now)


def _expiry(now: datetime) -> datetime:
    """A full hour, at least ``KEPT_UNFINISHED`` from now."""
    return clock.to_the_hour(now) + rules.KEPT_UNFINISHED + timedelta(hours=1)
