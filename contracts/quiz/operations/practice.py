"""Practice: the daily set, and the wrong-question book 错题本. No question of an exam that is not over, or whose
review rules still hide its key, is in a set."""

from marshmallow import fields, validate

from contracts.fields import Day, Id, Instant, NoInput, PageRequest, Text, one_of, page_of
from contracts.operation import Operation
from contracts.quiz.operations.attempts import AskedQuestion
from contracts.roles import ANY_ROLE
from contracts.schema import Schema

REASONS = ("due", "weak", "new", "again")


class PracticeFeedback(Schema):
    """What is told of an answer once it is durable. ``sequence`` and ``answer`` are those that stand: the first of the
    day. ``due_on``: when the question comes again.
    """

    question_id = fields.String(required=True)
    answer = fields.Raw(required=True, allow_none=True)
    sequence = fields.Integer(required=True)
    saved_at = Instant(required=True)
    correct = fields.Boolean(required=True)
    key = fields.Raw(required=True, allow_none=True)
    explanation = fields.String(required=True)
    legal_basis = fields.String(required=True, allow_none=True)
    due_on = Day(required=True, allow_none=True)


class CountedFeedback(PracticeFeedback):
    """With the points that the day's answers earn together, as far as its cap."""

    points = fields.Integer(required=True)


class PracticeQuestion(Schema):
    """A question of the set. ``reason``: ``due`` (its day has come), ``weak`` (of a category in which the person is
    weak), ``new`` or ``again``. ``feedback`` once it is answered.
    """

    question = fields.Nested(AskedQuestion, required=True)
    reason = fields.String(required=True, validate=one_of(*REASONS))
    feedback = fields.Nested(PracticeFeedback, required=True, allow_none=True)


class PracticeSet(Schema):
    """The set of one day, the same on every device. ``rule`` is the version of the rule of points.

    Questions that an exam began to hold back, or that were retired, meanwhile are left out.
    """

    day = Day(required=True)
    server_time = Instant(required=True)
    points = fields.Integer(required=True)
    points_cap = fields.Integer(required=True)
    rule = fields.String(required=True)
    questions = fields.List(fields.Nested(PracticeQuestion), required=True)


class PracticeAnswer(Schema):
    """One answer, in the shapes of ``SaveAnswer``; ``null`` says “I do not know” and counts as wrong. ``day``: of the
    set that was shown, if it is not today's; it takes answers for an hour after midnight.
    """

    question_id = Id(required=True)
    answer = fields.Raw(required=True, allow_none=True)
    sequence = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=2**53 - 1))
    day = Day(load_default=None, allow_none=True)


class WrongQuestion(Schema):
    """A question of the book as it is in the bank now; ``changed`` when it was another when last answered.

    ``key``, ``explanation`` and ``legal_basis`` are absent while an exam hides them (``key_withheld``). ``answered``
    and ``wrong`` count the person's answers. ``state`` ``retired``: it left the book, since it is retired or its law
    no longer in force.
    """

    question = fields.Nested(AskedQuestion, required=True)
    category = fields.String(required=True)
    state = fields.String(required=True, validate=one_of("active", "retired"))
    wrong = fields.Integer(required=True)
    answered = fields.Integer(required=True)
    due_on = Day(required=True)
    added_at = Instant(required=True)
    last_wrong_at = Instant(required=True)
    changed = fields.Boolean(required=True)
    key_withheld = fields.Boolean(required=True)
    key = fields.Raw(allow_none=True)
    explanation = fields.String()
    legal_basis = fields.String(allow_none=True)


class WrongQuestionFilter(PageRequest):
    """Which questions of the own book."""

    category = Text(max=40)
    state = fields.String(load_default="active", validate=one_of("active", "retired"))


class WrongQuestionId(Schema):
    """Which question of the own book."""

    question_id = Id(required=True)


WrongQuestionPage = page_of(WrongQuestion)

get_practice = Operation("quiz", "get_practice", NoInput, PracticeSet, roles=ANY_ROLE, repeatable=True)
answer_practice = Operation("quiz", "answer_practice", PracticeAnswer, CountedFeedback, roles=ANY_ROLE, repeatable=True)
list_wrong_questions = Operation(
    "quiz", "list_wrong_questions", WrongQuestionFilter, WrongQuestionPage, roles=ANY_ROLE, repeatable=True
)
remove_wrong_question = Operation(
    "quiz", "remove_wrong_question", WrongQuestionId, None, roles=ANY_ROLE, repeatable=True
)
