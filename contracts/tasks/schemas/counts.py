"""Counts of cases."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from contracts.fields import Instant, one_of
from contracts.schema import Schema
from contracts.tasks.schemas.listing import NUMBERS_WITHOUT_TIMES, CaseFilters

BY = ("state", "category", "unit", "handler", "source", "overdue")


class CountCases(CaseFilters):
    """Which cases, and by what they are counted."""

    by = fields.String(load_default="state", validate=one_of(*BY))

    @validates_schema
    def _numbers_without_times(self, data: dict[str, Any], **_kwargs: Any) -> None:
        times: list[str] = [name for name in ("opened_from", "opened_to", "overdue") if name in data]
        if "number" in data and (times or data["by"] == "overdue"):
            raise ValidationError({name: [NUMBERS_WITHOUT_TIMES] for name in times or ["by"]})


class CaseCount(Schema):
    """``key``: the value of the filter that lists these cases; null = without a unit, or without a handler."""

    key = fields.String(required=True, allow_none=True)
    count = fields.Integer(required=True)


class CaseCounts(Schema):
    """The greatest count first. ``total``: how many cases in all; a case that several handle is counted for each."""

    by = fields.String(required=True, validate=one_of(*BY))
    total = fields.Integer(required=True)
    counts = fields.List(fields.Nested(CaseCount), required=True)
    at = Instant(required=True)
