"""Statistics of an exam's scores and questions. They tell keys, so they are for trainers."""

from marshmallow import fields

from contracts.fields import Id, Instant, one_of
from contracts.operation import Operation
from contracts.quiz.operations.questions import BANK_ROLES
from contracts.schema import Schema


class StatisticsRequest(Schema):
    """Of which exam, and of which of each person's attempts."""

    exam_id = Id(required=True)
    attempts = fields.String(load_default="first", validate=one_of("first", "last", "highest", "all"))


class OptionCounts(Schema):
    """How many chose the option: of ``all``, of the best 27 % (``upper``), of the weakest (``lower``)."""

    key = fields.String(required=True)
    right = fields.Boolean(required=True)
    all = fields.Integer(required=True)
    upper = fields.Integer(required=True)
    lower = fields.Integer(required=True)


class ItemStatistics(Schema):
    """A question over the ``asked`` attempts that had it. ``facility`` 0 to 1; ``discrimination`` the correlation with
    the rest of the paper, -1 to 1; ``efficiency`` the share of the greatest discrimination possible; ``upper_lower``
    the facility of the best 27 % less that of the weakest. ``alarms``: ``negative_discrimination``,
    ``best_choose_distractor`` (from ten attempts on): look at the key.
    """

    question_id = fields.String(required=True)
    type = fields.String(required=True)
    stem = fields.String(required=True)
    asked = fields.Integer(required=True)
    facility = fields.Float(required=True, allow_none=True)
    standard_deviation = fields.Float(required=True, allow_none=True)
    discrimination = fields.Float(required=True, allow_none=True)
    efficiency = fields.Float(required=True, allow_none=True)
    upper_lower = fields.Float(required=True, allow_none=True)
    options = fields.List(fields.Nested(OptionCounts), required=True)
    alarms = fields.List(fields.String(), required=True)


class ExamStatistics(Schema):
    """The exam so far: ``graded`` attempts there are, ``attempts`` of them are counted here (``of``: which of each
    person's). ``alpha`` is Cronbach's; ``standard_error`` that of measurement, in points. ``distribution``: how many
    reached each tenth of the greatest score. Null is what cannot be computed of so few. Void questions are left out.
    """

    exam_id = fields.String(required=True)
    of = fields.String(required=True)
    graded = fields.Integer(required=True)
    attempts = fields.Integer(required=True)
    computed_at = Instant(required=True)
    mean = fields.Float(required=True, allow_none=True)
    median = fields.Float(required=True, allow_none=True)
    standard_deviation = fields.Float(required=True, allow_none=True)
    skewness = fields.Float(required=True, allow_none=True)
    kurtosis = fields.Float(required=True, allow_none=True)
    alpha = fields.Float(required=True, allow_none=True)
    standard_error = fields.Float(required=True, allow_none=True)
    distribution = fields.List(fields.Integer(), required=True)
    items = fields.List(fields.Nested(ItemStatistics), required=True)


exam_statistics = Operation(
    "quiz", "exam_statistics", StatisticsRequest, ExamStatistics, roles=BANK_ROLES, repeatable=True
)
