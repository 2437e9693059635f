"""The filters of cases, and the list."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import ValidationError, fields, pre_load, validate, validates_schema

from contracts.fields import Id, Instant, PageRequest, one_of
from contracts.schema import Schema
from contracts.tasks.events import CASE_STATES
from contracts.tasks.schemas.cases import SOURCES

SORTS = ("newest", "oldest", "due", "number")

# What a sort cannot be combined with, since no index is in that order; in Chinese in gateway/texts/validation.py.
OVERDUE_BY_DUE = "Overdue cases are listed in the order in which they are due: sort=due."
NUMBERS_BY_NUMBER = "Cases found by number are listed in the order of their numbers: sort=number."
UNASSIGNED_AND_OVERDUE = "Only together with overdue=true, and without unit_id."
NUMBERS_WITHOUT_TIMES = "Not together with number or sort=number."

_NUMBER = re.compile(r"^(?:[0-9]{1,4}|[0-9]{4}-[0-9]{0,12})\Z")


class CaseFilters(Schema):
    """Which cases; all filters together. ``handler_id``: handled by this person, alone or jointly."""

    state = fields.List(
        fields.String(validate=one_of(*CASE_STATES)),
        validate=validate.Length(min=1, max=len(CASE_STATES)),
        metadata={"description": "One of these; may be given more than once"},
    )
    category = fields.String(validate=validate.Length(max=64))
    handler_id = Id()
    unit_id = Id()
    overdue = fields.Boolean(metadata={"description": "Whether a running clock is past its end"})
    source = fields.String(validate=one_of(*SOURCES))
    opened_from = Instant(metadata={"description": "Opened then or later"})
    opened_to = Instant(metadata={"description": "Opened before"})
    number = fields.String(
        validate=validate.Regexp(_NUMBER),
        metadata={"description": "A case number or its beginning, such as 2026-0001"},
    )

    @pre_load
    def _one_state_is_a_list(self, data: Any, **_kwargs: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("state"), str):
            return {**data, "state": [data["state"]]}
        return data


class ListCases(PageRequest, CaseFilters):
    """Newest first; with ``overdue=true`` in the order in which they were due, with ``number`` in that of numbers.

    ``sort=due`` leaves out what owes nothing in time. Overdue cases are sorted by ``due`` alone; by number neither they
    nor a time of opening can be asked for.
    """

    sort = fields.String(validate=one_of(*SORTS))
    unassigned = fields.Boolean(
        metadata={"description": "Whether no unit has the case; only with overdue=true, and without unit_id"}
    )

    @validates_schema
    def _unassigned_among_the_overdue(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if "unassigned" in data and (not data.get("overdue") or "unit_id" in data):
            raise ValidationError(UNASSIGNED_AND_OVERDUE, "unassigned")

    @validates_schema
    def _in_an_order_that_goes_with_the_filters(self, data: dict[str, Any], **_kwargs: Any) -> None:
        sort, by_number = data.get("sort"), "number" in data or data.get("sort") == "number"
        times: list[str] = [name for name in ("opened_from", "opened_to") if name in data]
        if data.get("overdue"):
            times.append("overdue")
        if "number" in data and sort not in (None, "number"):
            raise ValidationError(NUMBERS_BY_NUMBER, "sort")
        if by_number and times:
            raise ValidationError({name: [NUMBERS_WITHOUT_TIMES] for name in times})
        if data.get("overdue") and sort not in (None, "due"):
            raise ValidationError(OVERDUE_BY_DUE, "sort")
