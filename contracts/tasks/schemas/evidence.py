"""Evidence of a case: items with their custody chain, as the tasks service keeps them and as their readers see them.

What is said of an item and of each act is content: the reports service keeps it sealed (``Kept`` names it), and the
gateway puts both together for those who read the file.
"""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.fields import Id, Instant, PageRequest, Text, one_of
from contracts.reports.schemas.attachments import AttachmentForStaff
from contracts.reports.schemas.bounds import PURPOSE
from contracts.reports.schemas.evidence import CustodyContent, EvidenceContent, KeepCustodyContent, KeepEvidenceContent
from contracts.reports.schemas.evidence import Kept as KeptText
from contracts.schema import Schema
from contracts.tasks.schemas.cases import CaseId, Who

# What an item can be: a document, pictures or sound, electronic data, a thing, what somebody said, an expert's opinion.
KINDS = ("document", "audiovisual", "electronic_data", "object", "statement", "expert_opinion")
# What people do with an item; each has its words in gateway/texts/evidence.py.
ACTS = ("handed_over", "opened", "returned", "copied", "destroyed")
# What the system records besides.
RECORDED_ACTS = ("recorded", "file_attached", "file_opened", "exported", "withdrawn")
STATES = ("kept", "withdrawn")


def _item(**kwargs: object) -> fields.Integer:
    return fields.Integer(validate=validate.Range(min=1, max=1_000_000), **kwargs)  # type: ignore[arg-type]


def _kind() -> fields.String:
    return fields.String(required=True, validate=one_of(*KINDS))


def _act() -> fields.String:
    return fields.String(required=True, validate=one_of(*ACTS))


def _purpose() -> Text:
    return Text(max=PURPOSE, single_line=True, load_default="case_handling")


# -- what the tasks service takes and answers


class AddEvidence(CaseId):
    """An item whose content is kept already."""

    kind = _kind()
    content = fields.Nested(KeptText, required=True)


class ListEvidence(PageRequest):
    """The items of a case in the order of their numbers, those that were struck out among them."""

    case_id = Id(required=True)


class OfItem(CaseId):
    """An item by its number in the case."""

    item = _item(required=True)


class RecordCustody(OfItem):
    """An act; ``at``: when it was, if not now."""

    act = _act()
    at = Instant(load_default=None, allow_none=True)
    content = fields.Nested(KeptText, required=True)


class WithdrawEvidence(OfItem):
    """Struck out, never deleted; the reason is kept already."""

    content = fields.Nested(KeptText, required=True)


class Link(Schema):
    """A link of the custody chain. ``at``: when it was; ``recorded_at``: when it was written down.

    ``previous`` and ``hash`` are SHA-256, hexadecimal: docs/decisions/0024-evidence.md says over what. ``ref`` is the
    id of the access, or of the file, that the link is about; ``copy`` and ``purpose_code`` go with an opened file.
    """

    number = fields.Integer(required=True)
    act = fields.String(required=True)
    at = Instant(required=True)
    recorded_at = Instant(required=True)
    by = fields.Nested(Who, required=True)
    content = fields.Nested(KeptText, required=True, allow_none=True)
    ref = fields.String(required=True, allow_none=True)
    copy = fields.String(required=True, allow_none=True)
    purpose_code = fields.String(required=True, allow_none=True)
    previous = fields.String(required=True)
    hash = fields.String(required=True)


class StoredItem(Schema):
    """An item with its chain; ``broken_at``: the first link that is not as it was written, null if all are."""

    item = fields.Integer(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True, validate=one_of(*STATES))
    recorded_at = Instant(required=True)
    recorded_by = fields.Nested(Who, required=True)
    content = fields.Nested(KeptText, required=True)
    file = fields.Nested(KeptText, required=True, allow_none=True)
    links = fields.Integer(required=True)
    head = fields.String(required=True)
    broken_at = fields.Integer(required=True, allow_none=True)


class StoredItemWithCustody(StoredItem):
    """And the links themselves."""

    custody = fields.List(fields.Nested(Link), required=True)


# -- what the readers of the file send and see


class NewEvidence(KeepEvidenceContent):
    """An item to be recorded."""

    kind = _kind()


class NewCustody(KeepCustodyContent):
    """An act to be recorded; ``at``: when it was, now if absent."""

    item = _item(required=True)
    act = _act()
    at = Instant(load_default=None, allow_none=True)


class Withdrawal(OfItem):
    """An item to be struck out, and why."""

    reason = Text(max=2000, required=True)


class ReadEvidenceList(ListEvidence):
    """``purpose`` says why; it is kept with the record of the access."""

    purpose = _purpose()


class ReadEvidence(OfItem):
    """``purpose`` as with the list."""

    purpose = _purpose()


class Custody(CustodyContent):
    """An act as the readers of the file see it; ``act_text`` in words. Of what the system recorded there is no text."""

    number = fields.Integer(required=True)
    act = fields.String(required=True)
    act_text = fields.String(required=True)
    at = Instant(required=True)
    recorded_at = Instant(required=True)
    by = fields.Nested(Who, required=True)
    why = Text(max=2000, required=True, allow_none=True)
    ref = fields.String(required=True, allow_none=True)
    copy = fields.String(required=True, allow_none=True)
    purpose_code = fields.String(required=True, allow_none=True)
    previous = fields.String(required=True)
    hash = fields.String(required=True)


class Evidence(EvidenceContent):
    """An item as the readers of the file see it.

    ``item`` is its number in the case. ``links`` and ``head`` are the length of its custody chain and its last hash.
    ``intact`` is false when the chain, a text or the file is not what was written: ``broken_at`` names the link where
    the chain itself is broken. The file's ``sha256`` is that of its original.
    """

    item = fields.Integer(required=True)
    kind = fields.String(required=True)
    kind_text = fields.String(required=True)
    state = fields.String(required=True)
    recorded_at = Instant(required=True)
    recorded_by = fields.Nested(Who, required=True)
    title = Text(max=200, required=True, allow_none=True)
    source = Text(max=1000, required=True, allow_none=True)
    how = Text(max=2000, required=True, allow_none=True)
    obtained_by = Text(max=200, required=True, allow_none=True)
    file = fields.Nested(AttachmentForStaff, required=True, allow_none=True)
    links = fields.Integer(required=True)
    head = fields.String(required=True)
    intact = fields.Boolean(required=True)
    broken_at = fields.Integer(required=True, allow_none=True)


class EvidenceWithCustody(Evidence):
    """And its custody, oldest first."""

    custody = fields.List(fields.Nested(Custody), required=True)
