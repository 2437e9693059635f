"""Clues that nobody reported, taken up by hand."""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.fields import Id, Text, one_of
from contracts.identity.organisation import LINE_CODES
from contracts.schema import Schema

# Where a clue comes from: a patrol inspection, an audit, mining of published texts, the media, a superior body.
ORIGINS = ("patrol", "audit", "mining", "media", "superior", "other")


class OpenClue(Schema):
    """A clue that becomes a case at once.

    ``excluded_unit_ids``: the units that it is about, which must never see the case; an empty list says that there is
    none. ``excluded_person_ids``: people that it is about, as far as they have accounts. ``reason``: why it is
    taken up; it opens the history of the case.
    """

    category = Id(required=True, metadata={"description": "A code of the report form's categories"})
    allegations = fields.List(Text(max=200, single_line=True), required=True, validate=validate.Length(min=1, max=50))
    excluded_unit_ids = fields.List(Id(), required=True, validate=validate.Length(max=50))
    excluded_person_ids = fields.List(Id(), load_default=list, validate=validate.Length(max=50))
    lines = fields.List(fields.String(validate=one_of(*LINE_CODES)), load_default=list)
    origin = fields.String(required=True, validate=one_of(*ORIGINS))
    reason = Text(max=2000, required=True)
