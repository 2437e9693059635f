"""What the tasks service tells the others: how a case moves."""

from marshmallow import fields, validate

from contracts.event import Event
from contracts.fields import Id, Instant

CASE_STATES = (
    "registered", "accepted", "assigned", "investigating", "findings", "disposition", "feedback",
    "suspended", "returned", "refused", "transferred", "closed",
)  # fmt: skip

REPORTER_STATES = (
    "registered", "accepted", "in_progress", "suspended", "not_accepted", "transferred", "handled", "closed",
)  # fmt: skip


class CaseProgressedV1(Event):
    """A case was opened, or an action on it succeeded. Subject: the case; `sequence` counts from 1.

    Who works on it now (`handler_id`, `unit_id`; null = nobody), the units that must never see it
    (`excluded_unit_ids`, complete each time), `state` for staff and `reporter_state` for the reporter, `at`
    the moment of the action, `due_at` the end of the nearest running clock (null = none runs).
    `report_id` is null when the case was not opened by a report. `text_code` names the sentence to show the
    reporter (words: gateway/texts/tasks.py); null = nothing to tell.
    A consumer may assume: each event is the whole picture, so the highest `sequence` wins and older ones may
    be dropped, except that every event with a `text_code` is one line of the reporter's history.
    """

    producer = "tasks"
    event = "case_progressed"
    version = 1

    case_id = Id(required=True)
    number = fields.String(required=True, metadata={"description": "Human number, e.g. 2026-000123"})
    report_id = Id(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(CASE_STATES))
    reporter_state = fields.String(required=True, validate=validate.OneOf(REPORTER_STATES))
    text_code = fields.String(required=True, allow_none=True)
    handler_id = Id(required=True, allow_none=True)
    unit_id = Id(required=True, allow_none=True)
    excluded_unit_ids = fields.List(Id(), required=True)
    at = Instant(required=True)
    due_at = Instant(required=True, allow_none=True)
