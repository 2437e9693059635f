"""Attachments: how their bytes come in and go out, part by part, and what each side sees of them."""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.fields import Binary, Id, Instant, Text, one_of
from contracts.reports.schemas.bounds import PURPOSE
from contracts.reports.schemas.messages import AUTHORS
from contracts.reports.schemas.reporter import WithReceipt
from contracts.schema import Schema

# Of the content of a file, the bytes that one part holds; the last one holds the rest. Bytes travel in pieces that
# never cross the border of a part.
PART_BYTES = 1024 * 1024

COPIES = ("original", "clean")

# Longer than any file of any form, so that a number is a number.
_MOST_BYTES = 1 << 50
_MOST_PARTS = 1 << 20
_LABEL = 1000


def _count(most: int = _MOST_BYTES, **kwargs: object) -> fields.Integer:
    return fields.Integer(strict=True, validate=validate.Range(min=0, max=most), **kwargs)  # type: ignore[arg-type]


class Piece(Schema):
    """Bytes of a file from ``offset`` on, within one part. ``last``: the file ends with them.

    ``sha256`` (hexadecimal) is that of the whole file, where the gateway has seen all of it in one request.
    """

    content = Binary(max=PART_BYTES, load_default=b"")
    last = fields.Boolean(load_default=False)
    sha256 = fields.String(load_default=None, allow_none=True, validate=validate.Regexp(r"[0-9a-f]{64}\Z"))


class NewAttachment(Piece):
    """A file that begins. ``file_name`` is what its sender calls it: a label, never a path.

    ``length``: its bytes, as far as they are known; ``announced``: bytes of the request that brings it, which are a
    few more. The first piece may come with it.
    """

    file_name = fields.String(load_default="", validate=validate.Length(max=_LABEL))
    length = _count(load_default=None, allow_none=True)
    announced = _count(load_default=None, allow_none=True)


class NextPiece(Piece):
    """The next bytes of a file. ``version`` is that of the last answer about it."""

    attachment_id = Id(required=True)
    version = _count(required=True)
    offset = _count(required=True)


class Attachment(Schema):
    """An attachment as either side sees it.

    ``type`` is a code of the form's ``limits.attachments.types``, decided by the content; ``size`` in bytes. ``check``
    is the code of what the inspection found (``waiting`` before it), with its ``notes``; the gateway adds the words
    ``check_text`` and ``note_texts``. ``scan``: ``clean``, ``infected`` or ``not_scanned``, null before it.
    ``copies`` are those that can be had. A reporter's ``at`` is cut to the hour.
    """

    id = fields.String(required=True)
    author = fields.String(required=True, validate=one_of(*AUTHORS))
    at = Instant(required=True)
    file_name = fields.String(required=True)
    type = fields.String(required=True)
    media_type = fields.String(required=True)
    size = fields.Integer(required=True)
    state = fields.String(required=True)
    check = fields.String(required=True)
    check_text = fields.String()
    notes = fields.List(fields.String(), required=True)
    note_texts = fields.List(fields.String())
    scan = fields.String(required=True, allow_none=True)
    copies = fields.List(fields.String(), required=True)


class CleanCopy(Schema):
    """The copy without metadata: its bytes, and their SHA-256."""

    size = fields.Integer(required=True)
    sha256 = fields.String(required=True)


class AttachmentForStaff(Attachment):
    """As staff see it: also who of them sent it, and the hash of the original, which is evidence. ``clean``: of the
    copy without metadata, null where there is none.
    """

    staff_id = fields.String(allow_none=True)
    sha256 = fields.String(required=True, allow_none=True)
    clean = fields.Nested(CleanCopy, load_default=None, allow_none=True)


class AttachmentList(Schema):
    """All attachments of one report, oldest first; there are never more than the form allows."""

    items = fields.List(fields.Nested(Attachment), required=True)


class AttachmentListForStaff(Schema):
    """All attachments of one report, oldest first."""

    items = fields.List(fields.Nested(AttachmentForStaff), required=True)


class Upload(Schema):
    """How far a file has come. All bytes before ``offset`` are durable.

    ``version`` is to be given with the next piece. ``attachment`` is there once the file is complete; until then
    ``expires_at`` says when it is forgotten unless it goes on.
    """

    id = fields.String(required=True)
    offset = fields.Integer(required=True)
    length = fields.Integer(required=True, allow_none=True)
    version = fields.Integer(required=True)
    expires_at = Instant(required=True, allow_none=True)
    attachment = fields.Nested(AttachmentForStaff, required=True, allow_none=True)


class AttachmentPart(Schema):
    """One part of a file on its way out, and what it is a part of. ``copy`` says of which copy."""

    content = Binary(max=PART_BYTES, required=True)
    file_name = fields.String(required=True)
    media_type = fields.String(required=True)
    size = fields.Integer(required=True)
    parts = fields.Integer(required=True)
    copy = fields.String(required=True)
    scan = fields.String(required=True, allow_none=True)
    access_id = fields.String(allow_none=True)


class BeginCurrentAttachment(NewAttachment, WithReceipt):
    """A file from the reporter."""


class PutCurrentPiece(NextPiece, WithReceipt):
    """The next bytes of a reporter's file."""


class OfCurrentUpload(WithReceipt):
    """A file of the reporter's that is not complete yet, or has just become so."""

    attachment_id = Id(required=True)


class ResumeCurrentUpload(OfCurrentUpload):
    """Going on at ``offset``: whoever was sending the same file before cannot go on."""

    offset = _count(required=True)


class ReadCurrentPart(WithReceipt):
    """A part, from 0, of one's own file or of one that staff sent."""

    attachment_id = Id(required=True)
    number = _count(_MOST_PARTS, load_default=0)


class OfCase(Schema):
    """The case whose report is meant."""

    case_id = Id(required=True)


class ListCaseAttachments(OfCase):
    """``purpose`` says why they are listed; names are content, so it is kept with the record of the access."""

    purpose = Text(max=PURPOSE, single_line=True, load_default="case_handling")


class PartWanted(Schema):
    """A part, from 0, of a copy of a file.

    ``access_id``: none with the first part, which is recorded with its ``purpose``; with the others that of the
    first's answer.
    """

    attachment_id = Id(required=True)
    copy = fields.String(load_default="clean", validate=one_of(*COPIES))
    number = _count(_MOST_PARTS, load_default=0)
    access_id = Id(load_default=None, allow_none=True)


class ReadCasePart(OfCase, PartWanted):
    """``purpose`` says why it is opened; it is kept with the record of the access."""

    purpose = Text(max=PURPOSE, single_line=True, load_default="case_handling")


class BeginCaseAttachment(NewAttachment, OfCase):
    """A file from staff to the reporter."""


class PutCasePiece(NextPiece, OfCase):
    """The next bytes of a file from staff."""


class OfCaseUpload(OfCase):
    """A file from staff that is not complete yet."""

    attachment_id = Id(required=True)


class OfSuggestion(Schema):
    """The suggestion that is meant."""

    suggestion_id = Id(required=True)


class ListSuggestionAttachments(OfSuggestion):
    """As with a case."""

    purpose = Text(max=PURPOSE, single_line=True, load_default="suggestion_handling")


class ReadSuggestionPart(OfSuggestion, PartWanted):
    """As with a case."""

    purpose = Text(max=PURPOSE, single_line=True, load_default="suggestion_handling")


class BeginSuggestionAttachment(NewAttachment, OfSuggestion):
    """A file from the desk to whoever made the suggestion."""


class PutSuggestionPiece(NextPiece, OfSuggestion):
    """The next bytes of a file from the desk."""


class OfSuggestionUpload(OfSuggestion):
    """A file from the desk that is not complete yet."""

    attachment_id = Id(required=True)
