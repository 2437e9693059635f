"""Oversight of time limits: what they would be, and how many cases are overdue."""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.fields import Day, Id, Instant, one_of
from contracts.schema import Schema
from contracts.tasks.events import CLOCK_STAGES
from contracts.tasks.schemas.cases import CaseId

INVENTORIES = ("unit", "handler")


class WhatIf(CaseId):
    """What might be done to the case, on days of the bureau from today on; all of it may be left out."""

    suspend_on = Day(metadata={"description": "The day on which it is suspended"})
    resume_on = Day(metadata={"description": "The day on which it is resumed, then or from a suspension that lasts"})
    extend_days = fields.Integer(
        validate=validate.Range(min=1, max=365),
        metadata={"description": "How many days more the time limit is given that can be extended"},
    )


class StageIf(Schema):
    """When a stage of oversight comes; null as long as the clock stands still before it."""

    stage = fields.String(required=True, validate=one_of(*CLOCK_STAGES))
    at = Instant(required=True, allow_none=True)


class ClockIf(Schema):
    """A time limit that has not been met: ``due_at`` as it would be, ``due_at_now`` as it is; null while it stands
    still and no end is known.
    """

    rule = fields.String(required=True)
    ref = fields.String(required=True, allow_none=True)
    started_at = Instant(required=True)
    due_at = Instant(required=True, allow_none=True)
    due_at_now = Instant(required=True, allow_none=True)
    stages = fields.List(fields.Nested(StageIf), required=True)


class WhatIfAnswer(Schema):
    """The time limits of the case that the reader may know of and that have not been met."""

    clocks = fields.List(fields.Nested(ClockIf), required=True)


class CountOverdue(Schema):
    """By unit, or by unit and handler."""

    by = fields.String(load_default="unit", validate=one_of(*INVENTORIES))


class OverdueFigure(Schema):
    """So many cases of this unit (of this handler, where asked for; null otherwise, and where nobody handles them) are
    overdue, the oldest since ``oldest_due_at``, ``days`` days ago. They are those of the list of cases with
    `overdue=true` and the same unit (`unassigned=true` where it is null), and handler.
    """

    unit_id = Id(required=True, allow_none=True)
    handler_id = Id(required=True, allow_none=True)
    overdue = fields.Integer(required=True)
    oldest_due_at = Instant(required=True)
    days = fields.Integer(required=True)


class OverdueInventory(Schema):
    """The figures, the most overdue first; how many cases they are of altogether (one that several handle is in the
    figure of each); and the moment for which they hold.
    """

    items = fields.List(fields.Nested(OverdueFigure), required=True)
    overdue = fields.Integer(required=True)
    at = Instant(required=True)
