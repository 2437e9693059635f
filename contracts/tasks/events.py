"""What the tasks service tells the others: how a case moves."""

from marshmallow import EXCLUDE, fields, validate

from contracts.event import Event
from contracts.fields import Id, Instant
from contracts.schema import Schema

CASE_STATES = (
    "registered", "accepted", "assigned", "investigating", "findings", "disposition", "feedback",
    "suspended", "returned", "refused", "transferred", "closed",
    "merged",
)  # fmt: skip

REPORTER_STATES = (
    "registered", "accepted", "in_progress", "suspended", "not_accepted", "transferred", "handled", "closed",
)  # fmt: skip


CLOCK_STATES = ("running", "paused", "met", "missed")

# On what ground a time limit was extended; each has its words in gateway/texts/tasks.py.
EXTENSION_GROUNDS = ("complex", "many_persons", "needs_expertise", "other_body_involved")

# Why a time limit moved; each has its words in gateway/texts/tasks.py as ``case.moved.<reason>``.
MOVE_REASONS = (*(f"extension.{ground}" for ground in EXTENSION_GROUNDS), "suspension", "resumption")


class Move(Schema):
    """A time limit moved from ``due_before`` to ``due_after``; null as long as it stands still."""

    class Meta:
        unknown = EXCLUDE

    at = Instant(required=True)
    reason = fields.String(required=True, validate=validate.OneOf(MOVE_REASONS))
    due_before = Instant(required=True)
    due_after = Instant(required=True, allow_none=True)


class ReporterClock(Schema):
    """A time limit of a case as its reporter may know it.

    ``rule`` is a code of services/tasks/model/rules.py. ``due_at`` is null while the clock stands still, ``met_at``
    until what was due is done. ``state`` is that of the moment of the event: what runs may be missed by now.
    """

    class Meta:
        unknown = EXCLUDE

    rule = fields.String(required=True)
    started_at = Instant(required=True)
    due_at = Instant(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(CLOCK_STATES))
    met_at = Instant(load_default=None, allow_none=True)
    moved = fields.List(fields.Nested(Move), load_default=list)


# How a case can end: not handled here, or the strongest of its findings.
OUTCOMES = (
    "refused", "transferred", "substantiated", "partly_substantiated", "unclear", "unsubstantiated", "false",
)  # fmt: skip


class CaseProgressedV1(Event):
    """A case was opened, or an action on it succeeded. Subject: the case; `sequence` counts from 1.

    Who works on it now (`handler_id`, `unit_id`; null = nobody), the units that must never see it
    (`excluded_unit_ids`, complete each time), `state` for staff and `reporter_state` for the reporter, `at`
    the moment of the action, `due_at` the end of the nearest running clock (null = none runs).
    `report_id` is null when the case was not opened by a report, and of a part: where `part_of` is set, the case was
    split off that one and is about its report. `joint_handler_ids`: further handlers; `excluded_person_ids`: people
    who must never see the case (complete each time, both). A case that was merged has the handler of the case that
    leads it, and tells of the clocks, results and outcome of that one.
    `text_code` names the sentence to show the reporter (words: gateway/texts/tasks.py); null = nothing to tell.
    For the reporter besides: `reporter_clocks`, the time limits of the present round of handling in the order in
    which they began (empty in the first event of a case: there only `due_at` is known); `re_examination`, whether
    this round was asked for by a reporter who was not satisfied; `results`, how many results there were so far;
    `result_told`, whether the reporter was told the newest.
    `outcome`: how the case ended, complete while it is refused, transferred or closed and all its parts are over;
    null before, and again when it, or a part, is reopened.
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
    reporter_clocks = fields.List(fields.Nested(ReporterClock), load_default=list)
    re_examination = fields.Boolean(load_default=False)
    results = fields.Integer(load_default=0, validate=validate.Range(min=0))
    result_told = fields.Boolean(load_default=False)
    outcome = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(OUTCOMES))
    part_of = Id(load_default=None, allow_none=True)
    joint_handler_ids = fields.List(Id(), load_default=list)
    excluded_person_ids = fields.List(Id(), load_default=list)


# What happens as a time limit runs out: 提醒, 催办, 督办, 提级.
CLOCK_STAGES = ("remind", "urge", "supervise", "escalate")

# Whom a stage is for, by role; the desk alone and the supervision group alone where nobody handles the case yet.
STAGE_READERS = ("handler", "desk", "leader", "supervisor")


class FurtherClock(Schema):
    """Another time limit of the same case that came to a stage at the same time."""

    class Meta:
        unknown = EXCLUDE

    rule = fields.String(required=True)
    ref = fields.String(load_default=None, allow_none=True)
    stage = fields.String(required=True, validate=validate.OneOf(CLOCK_STAGES))


class ClockStageReachedV1(Event):
    """A time limit of a case nears its end or has passed it. Once for a stage of a clock, and once more where an
    extension moved it.

    Subject: the case; or, for a time limit that only named reporters have, the record of its stage, which is kept
    beside the case so that its readers do not learn from it whether the report was signed.
    `rule` is a code of services/tasks/model/rules.py, `ref` what the clock is for where several of one rule run at
    once, `due_at` its end. `stage` is the highest that was reached, `skipped` lower ones that were reached unnoticed
    before it (the service was down), `further` the clocks of the case that came to a stage with it, none higher. A
    case emits one such event at a time. `to`: whom it is for, by role: the `handler` of the case, the `desk`, the
    `leader` of the case's unit, the supervision group (`supervisor`). `level`: how high the case has risen by now
    (0 handler, 1 desk, 2 leader, 3 supervision group).
    A consumer may assume: the clock had not been met when this was written; whoever is told must still be allowed to
    know of the case.
    """

    producer = "tasks"
    event = "clock_stage_reached"
    version = 1

    case_id = Id(required=True)
    number = fields.String(required=True)
    rule = fields.String(required=True)
    ref = fields.String(load_default=None, allow_none=True)
    stage = fields.String(required=True, validate=validate.OneOf(CLOCK_STAGES))
    skipped = fields.List(fields.String(validate=validate.OneOf(CLOCK_STAGES)), load_default=list)
    due_at = Instant(required=True)
    further = fields.List(fields.Nested(FurtherClock), load_default=list)
    handler_id = Id(required=True, allow_none=True)
    unit_id = Id(required=True, allow_none=True)
    to = fields.List(fields.String(validate=validate.OneOf(STAGE_READERS)), required=True)
    level = fields.Integer(load_default=0, validate=validate.Range(min=0, max=3))
    at = Instant(required=True)
