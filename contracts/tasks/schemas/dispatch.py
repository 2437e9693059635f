"""What a case sends to others: its transfer, and requests for assistance; and to which bodies."""

from __future__ import annotations

from marshmallow import fields

from contracts.fields import Day, Id, Instant, one_of
from contracts.schema import Schema

BODIES = ("discipline_inspection", "police", "procuratorate", "court", "other_department", "petition_body", "other")


class Transfer(Schema):
    """The last transfer 转办: to which body, under which document number 文号 of ours, and what it answered.

    ``declined``: the body gave the case back.
    """

    body = fields.String(required=True, validate=one_of(*BODIES))
    body_name = fields.String(required=True, allow_none=True)
    document_number = fields.String(required=True, allow_none=True)
    at = Instant(required=True)
    state = fields.String(required=True, validate=one_of("sent", "acknowledged", "declined"))
    answer_number = fields.String(required=True, allow_none=True)
    answered_on = Day(required=True, allow_none=True)


class Assistance(Schema):
    """A request for assistance 协查, by its number within the case, to a body or to a unit of the bureau."""

    number = fields.Integer(required=True)
    body = fields.String(required=True, allow_none=True, validate=one_of(*BODIES))
    body_name = fields.String(required=True, allow_none=True)
    unit_id = Id(required=True, allow_none=True)
    document_number = fields.String(required=True, allow_none=True)
    at = Instant(required=True)
    state = fields.String(required=True, validate=one_of("open", "answered", "withdrawn"))
