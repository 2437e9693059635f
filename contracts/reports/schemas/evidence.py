"""Evidence of a case: what is said of an item and of its custody, sealed by the reports service; and its file."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from contracts.fields import Day, Id, Instant, Text
from contracts.reports.schemas.attachments import AttachmentForStaff, NewAttachment, NextPiece, OfCase, PartWanted
from contracts.reports.schemas.bounds import PURPOSE
from contracts.schema import Schema

_DIGEST = r"[0-9a-f]{64}\Z"
# More than a page of items has, and more acts than the custody of one item has in practice.
_MOST_AT_ONCE = 200
_MOST_ACTS = 5000


def _digest(**kwargs: Any) -> fields.String:
    return fields.String(validate=validate.Regexp(_DIGEST), **kwargs)


class EvidenceContent(Schema):
    """What an item is and where it comes from.

    ``source``: from whom or from where; ``how``: in which way and on which ground it was obtained. It was obtained at a
    moment (``obtained_at``) or on a day (``obtained_on``). ``sha256``: of electronic data that is kept elsewhere.
    """

    title = Text(max=200, required=True, single_line=True)
    source = Text(max=1000, required=True)
    how = Text(max=2000, required=True)
    obtained_at = Instant(load_default=None, allow_none=True)
    obtained_on = Day(load_default=None, allow_none=True)
    obtained_by = Text(max=200, required=True, single_line=True)
    place = Text(max=200, single_line=True, load_default=None, allow_none=True)
    sha256 = _digest(load_default=None, allow_none=True)


class CustodyContent(Schema):
    """What is said of an act: to whom it was given, why, and where."""

    to = Text(max=200, single_line=True, load_default=None, allow_none=True)
    why = Text(max=2000, required=True)
    where = Text(max=200, single_line=True, load_default=None, allow_none=True)


class KeepEvidenceContent(EvidenceContent, OfCase):
    """What is said of an item that is about to be recorded."""

    @validates_schema
    def _obtained_once(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if (data.get("obtained_at") is None) == (data.get("obtained_on") is None):
            raise ValidationError("evidence.obtained_once", "obtained_at")


class KeepCustodyContent(CustodyContent, OfCase):
    """What is said of an act that is about to be recorded."""


class Kept(Schema):
    """Where a text is kept, and the SHA-256 of its sealed form: the custody chain names both."""

    id = Id(required=True)
    digest = _digest(required=True)


class SealedItem(Schema):
    """An item as the tasks service knows it: its texts, in the order of its custody, and its file."""

    item = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    content = fields.Nested(Kept, required=True)
    acts = fields.List(fields.Nested(Kept), load_default=list, validate=validate.Length(max=_MOST_ACTS))
    file = fields.Nested(Kept, load_default=None, allow_none=True)


class OpenEvidence(OfCase):
    """Items to be opened. ``purpose`` says why; it is kept with the record of the access."""

    purpose = Text(max=PURPOSE, single_line=True, load_default="case_handling")
    items = fields.List(fields.Nested(SealedItem), required=True, validate=validate.Length(max=_MOST_AT_ONCE))


class OpenedAct(CustodyContent):
    """What was said of an act."""

    id = fields.String(required=True)


class OpenedItem(Schema):
    """An item, opened. ``intact`` is false where something is missing or is not what the custody chain names; what does
    not open is null then, or left out.
    """

    item = fields.Integer(required=True)
    intact = fields.Boolean(required=True)
    content = fields.Nested(EvidenceContent, required=True, allow_none=True)
    acts = fields.List(fields.Nested(OpenedAct), required=True)
    file = fields.Nested(AttachmentForStaff, required=True, allow_none=True)


class OpenedEvidence(Schema):
    """The items in the order in which they were asked for."""

    items = fields.List(fields.Nested(OpenedItem), required=True)


class OfItem(OfCase):
    """The item whose file is meant, by its number in the case."""

    item = fields.Integer(required=True, validate=validate.Range(min=1, max=1_000_000))


class BeginEvidenceFile(NewAttachment, OfItem):
    """The file of an item begins; one that was begun before and never completed makes way for it."""


class PutEvidencePiece(NextPiece, OfItem):
    """The next bytes of the file."""


class OfEvidenceUpload(OfItem):
    """A file that is not complete yet, or has just become so."""

    attachment_id = Id(required=True)


class ResumeEvidenceUpload(OfEvidenceUpload):
    """Going on at ``offset``: whoever was sending the same file before cannot go on."""

    offset = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=1 << 50))


class ReadEvidenceFilePart(PartWanted, OfItem):
    """A part of a copy of the file. ``purpose`` says why it is opened; it is kept with the record of the access."""

    class Meta:
        exclude = ("attachment_id",)

    purpose = Text(max=PURPOSE, single_line=True, load_default="case_handling")
