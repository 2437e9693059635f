"""Sampling re-review 抽查复核: draws from closed cases, and the judgement on each case drawn."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from contracts.fields import Day, Id, Instant, PageRequest, Text, one_of
from contracts.schema import Schema
from contracts.tasks.schemas.cases import Who

STATES = ("open", "adequate", "inadequate")


class DrawReReviews(Schema):
    """From the cases closed on these days, both included: a ``percent`` of them (rounded up), or a ``count``.

    Each unit that closed any has its share of the sample and at least one case. ``seed``: repeats a draw; chosen at
    random when absent, and recorded either way.
    """

    closed_from = Day(required=True)
    closed_to = Day(required=True)
    percent = fields.Integer(validate=validate.Range(min=1, max=100))
    count = fields.Integer(validate=validate.Range(min=1, max=2000))
    seed = Text(max=64, single_line=True)

    @validates_schema
    def _one_size(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if ("percent" in data) == ("count" in data):
            raise ValidationError("cases.sample_percent_or_count", "percent")


class UnitFigures(Schema):
    """Of one unit: cases closed in the period (null for all but the supervision group), drawn, and how they were
    judged.

    ``adequate_share``: of those judged, 0 to 1; null before the first.
    """

    unit_id = Id(required=True, allow_none=True)
    closed = fields.Integer(required=True, allow_none=True)
    drawn = fields.Integer(required=True)
    open = fields.Integer(required=True)
    adequate = fields.Integer(required=True)
    inadequate = fields.Integer(required=True)
    adequate_share = fields.Float(required=True, allow_none=True)


class Draw(Schema):
    """A draw: a case's lot is the SHA-256 of the seed, a line feed and its id; of each unit the lowest are drawn."""

    id = Id(required=True)
    closed_from = Day(required=True)
    closed_to = Day(required=True)
    percent = fields.Integer(required=True, allow_none=True)
    count = fields.Integer(required=True, allow_none=True)
    seed = fields.String(required=True)
    drawn_at = Instant(required=True)
    drawn_by = fields.Nested(Who, required=True)
    population = fields.Integer(required=True, allow_none=True)
    drawn = fields.Integer(required=True)
    units = fields.List(fields.Nested(UnitFigures), required=True)


class DrawId(Schema):
    """Which draw."""

    draw_id = Id(required=True)


class ListReReviews(PageRequest):
    """Newest draw first. ``unit_id``: the unit that handled the case."""

    state = fields.String(validate=one_of(*STATES, "done"))
    unit_id = Id()
    draw_id = Id()


class CaseDrawn(Schema):
    """The case."""

    id = Id(required=True)
    number = fields.String(required=True)


class ReReview(Schema):
    """The re-review of one case of a draw. ``reopened``: the case is handled anew because of it."""

    id = Id(required=True)
    draw_id = Id(required=True)
    case = fields.Nested(CaseDrawn, required=True)
    unit_id = Id(required=True, allow_none=True)
    drawn_at = Instant(required=True)
    state = fields.String(required=True, validate=one_of(*STATES))
    decided_at = Instant(required=True, allow_none=True)
    decided_by = fields.Nested(Who, required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    reopened = fields.Boolean(required=True)


class DecideReReview(Schema):
    """The judgement on the handling of a case, with its reason."""

    re_review_id = Id(required=True)
    decision = fields.String(required=True, validate=one_of("adequate", "inadequate"))
    reason = Text(max=2000, required=True)
