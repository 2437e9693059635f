"""Regrades: correcting an exam's questions after people have answered them."""

from marshmallow import fields, validate

from contracts.fields import Id, Instant, PageRequest, Text, one_of, page_of
from contracts.operation import Operation
from contracts.quiz.operations.questions import BANK_ROLES
from contracts.schema import Schema

KINDS = ("key", "accept", "void", "scoring")


class RegradeChange(Schema):
    """One correction. ``key``: ``answer`` is the key in the place of the one before; ``accept``: ``answer`` is right
    as well; ``void``: everybody has the whole score; ``scoring``: whether a part of the right answer earns its part.
    """

    question_id = Id(required=True)
    kind = fields.String(required=True, validate=one_of(*KINDS))
    answer = fields.Raw(allow_none=True)
    scoring = fields.String(validate=one_of("all_or_nothing", "partial"))


class NewRegrade(Schema):
    """A regrade to be decided on. ``reason`` is kept for the record; ``notice`` is what those are told whose score
    changes, as soon as the exam's review rules let them see keys.
    """

    exam_id = Id(required=True)
    changes = fields.List(fields.Nested(RegradeChange), required=True, validate=validate.Length(min=1, max=100))
    reason = Text(required=True, max=2000)
    notice = Text(load_default=None, allow_none=True, max=2000)


class RegradeSummary(Schema):
    """What it does, seen when it was proposed: graded ``attempts``, how many of them change, how many people's
    standing does, how many ``gain`` and ``lose`` by it, and who passes or no longer passes.
    """

    attempts = fields.Integer(required=True)
    attempts_changed = fields.Integer(required=True)
    people_changed = fields.Integer(required=True)
    gain = fields.Integer(required=True)
    lose = fields.Integer(required=True)
    newly_passed = fields.Integer(required=True)
    newly_failed = fields.Integer(required=True)


class Regrade(Schema):
    """A regrade and how it stands: ``proposed`` (nothing is changed), ``applying`` (``attempts_left`` to be marked
    anew) or ``applied`` (``attempts_changed`` have another score). Who, when and why are kept.
    """

    id = fields.String(required=True)
    exam_id = fields.String(required=True)
    state = fields.String(required=True)
    number = fields.Integer()
    changes = fields.List(fields.Nested(RegradeChange), required=True)
    reason = fields.String(required=True)
    notice = fields.String(required=True, allow_none=True)
    summary = fields.Nested(RegradeSummary, required=True)
    proposed_by = fields.String(required=True, allow_none=True)
    proposed_at = Instant(required=True)
    applied_by = fields.String(allow_none=True)
    applied_at = Instant()
    finished_at = Instant()
    attempts_left = fields.Integer(required=True)
    attempts_changed = fields.Integer()


class RegradeId(Schema):
    """Which regrade."""

    regrade_id = Id(required=True)


class ExamRegrades(PageRequest):
    """The regrades of one exam."""

    exam_id = Id(required=True)


class RegradeChanges(PageRequest):
    """The people whose standing a regrade changes."""

    regrade_id = Id(required=True)


class ChangedStanding(Schema):
    """What counts of one person in the exam, before and after; those first who pass or fail by it."""

    person_id = fields.String(required=True)
    before = fields.Float(required=True)
    after = fields.Float(required=True)
    passed_before = fields.Boolean(required=True)
    passed_after = fields.Boolean(required=True)


RegradePage = page_of(Regrade)
ChangedStandingPage = page_of(ChangedStanding)

propose_regrade = Operation("quiz", "propose_regrade", NewRegrade, Regrade, roles=BANK_ROLES)
list_regrades = Operation("quiz", "list_regrades", ExamRegrades, RegradePage, roles=BANK_ROLES, repeatable=True)
get_regrade = Operation("quiz", "get_regrade", RegradeId, Regrade, roles=BANK_ROLES, repeatable=True)
list_regrade_changes = Operation(
    "quiz", "list_regrade_changes", RegradeChanges, ChangedStandingPage, roles=BANK_ROLES, repeatable=True
)
apply_regrade = Operation("quiz", "apply_regrade", RegradeId, Regrade, roles=BANK_ROLES, repeatable=True)
