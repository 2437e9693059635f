"""Hints at attempts that somebody might want to look at. They prove nothing, and nothing follows of them by itself."""

from marshmallow import fields

from contracts.fields import Id, Instant, Text, one_of
from contracts.operation import Operation
from contracts.quiz.operations.exams import ExamId
from contracts.quiz.operations.questions import BANK_ROLES
from contracts.schema import Schema

JUDGEMENTS = ("nothing", "unclear", "to_be_asked", "breach")


class FastAnswer(Schema):
    """An answer ``seconds`` after the one before, of a question with so many ``characters`` to read."""

    question_id = fields.String(required=True)
    seconds = fields.Float(required=True)
    characters = fields.Integer(required=True)


class Judgement(Schema):
    """What somebody made of a hint."""

    id = fields.String(attribute="_id", required=True)
    hint_id = fields.String(required=True)
    judgement = fields.String(required=True)
    reason = fields.String(required=True)
    by = fields.String(required=True)
    at = Instant(required=True)


class Hint(Schema):
    """``rushed``: ``questions`` answered faster than they can be read, of which ``at_once`` came within a second of
    each other, as after a lost connection. ``similar``: two people with ``same_wrong`` answers among ``both_wrong``,
    where ``expected`` would be chance, and how probable that or more is. ``judgements``: what people made of it.
    """

    id = fields.String(required=True)
    kind = fields.String(required=True)
    attempt_ids = fields.List(fields.String(), required=True)
    person_ids = fields.List(fields.String(), required=True)
    questions = fields.List(fields.Nested(FastAnswer))
    at_once = fields.Integer()
    both_wrong = fields.Integer()
    same_wrong = fields.Integer()
    expected = fields.Float()
    probability = fields.Float()
    judgements = fields.List(fields.Nested(Judgement), required=True)


class Look(Schema):
    """Who saw the hints, and when."""

    by = fields.String(required=True)
    at = Instant(required=True)


class ExamHints(Schema):
    """The hints of so many people's first ``attempts``, without ``left_out`` further ones, and who looked before.

    ``compared``: how many attempts with four wrong answers or more were compared pair by pair, at most 20,000: those
    with the most of them.
    """

    exam_id = fields.String(required=True)
    attempts = fields.Integer(required=True)
    compared = fields.Integer()
    left_out = fields.Integer(required=True)
    items = fields.List(fields.Nested(Hint), required=True)
    looks = fields.List(fields.Nested(Look), required=True)


class JudgeHint(Schema):
    """What the caller makes of a hint, and why. Kept beside what others made of it."""

    exam_id = Id(required=True)
    hint_id = Id(required=True)
    judgement = fields.String(required=True, validate=one_of(*JUDGEMENTS))
    reason = Text(required=True, max=2000)


exam_hints = Operation("quiz", "exam_hints", ExamId, ExamHints, roles=BANK_ROLES, repeatable=True)
judge_hint = Operation("quiz", "judge_hint", JudgeHint, Judgement, roles=BANK_ROLES)
