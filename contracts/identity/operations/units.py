"""The tree of units 单位."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from contracts.fields import Id, Instant, PageRequest, Text, one_of, page_of
from contracts.identity.organisation import LINE_CODES, UNIT_KIND_CODES
from contracts.operation import Operation
from contracts.roles import ADMIN, ALL_ROLES, MEMBER
from contracts.schema import Schema


def _aliases(**kwargs: Any) -> fields.List[str]:
    """Short names that people use for the unit, each at least two characters."""
    return fields.List(Text(min=2, max=100, single_line=True), validate=validate.Length(max=20), **kwargs)


class UnitFields(Schema):
    """What an administrator says of a unit. Only the root has no ``parent_id``; names are unique among siblings.

    ``aliases``: a report that says one of them is kept from the unit, like one that says its name.
    """

    name = Text(max=100, single_line=True, required=True)
    kind = fields.String(required=True, validate=one_of(*UNIT_KIND_CODES))
    parent_id = Id(load_default=None, allow_none=True)
    line = fields.String(load_default=None, allow_none=True, validate=one_of(*LINE_CODES))
    code = Text(max=40, single_line=True, load_default=None, allow_none=True)
    aliases = _aliases(load_default=list)


class ChangeUnit(Schema):
    """Only the fields that are sent change. A new ``parent_id`` moves the unit with everything below it."""

    unit_id = Id(required=True)
    expected_version = fields.Integer(required=True, allow_none=True)
    name = Text(max=100, single_line=True)
    kind = fields.String(validate=one_of(*UNIT_KIND_CODES))
    parent_id = Id()
    line = fields.String(allow_none=True, validate=one_of(*LINE_CODES))
    code = Text(max=40, single_line=True, allow_none=True)
    aliases = _aliases()
    active = fields.Boolean()


class Unit(Schema):
    """``path`` holds unit ids from the root down to and including this one; ``line`` its people's default line."""

    id = Id(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    code = fields.String(required=True, allow_none=True)
    aliases = fields.List(fields.String(), required=True)
    parent_id = Id(required=True, allow_none=True)
    path = fields.List(Id(), required=True)
    line = fields.String(required=True, allow_none=True)
    active = fields.Boolean(required=True)
    created_at = Instant(required=True)
    updated_at = Instant(required=True)
    version = fields.Integer(required=True)


class GetUnit(Schema):
    """Which unit."""

    unit_id = Id(required=True)


class ListUnits(PageRequest):
    """Filters: children of ``parent_id``, or everything ``below`` a unit (itself included); ``kind``, ``line``."""

    parent_id = Id(load_default=None, allow_none=True)
    below = Id(load_default=None, allow_none=True)
    kind = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(UNIT_KIND_CODES))
    line = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(LINE_CODES))
    active = fields.Boolean(load_default=None, allow_none=True)


# Every role that works with units by name; members need none but their own, which `me` gives.
_STAFF = ALL_ROLES - {MEMBER}

list_units = Operation(
    "identity", "list_units", request=ListUnits, response=page_of(Unit), roles=_STAFF, repeatable=True
)
get_unit = Operation("identity", "get_unit", request=GetUnit, response=Unit, roles=_STAFF, repeatable=True)
create_unit = Operation("identity", "create_unit", request=UnitFields, response=Unit, roles=frozenset({ADMIN}))
change_unit = Operation("identity", "change_unit", request=ChangeUnit, response=Unit, roles=frozenset({ADMIN}))
