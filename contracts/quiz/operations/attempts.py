"""Sitting an exam. No answer here has a field for a key but ``Review``, which the exam's review rules
open."""

from marshmallow import fields, validate

from contracts.fields import Id, Instant, PageRequest, Text, one_of, page_of
from contracts.operation import Operation
from contracts.quiz.operations.questions import BANK_ROLES, Option, Picture
from contracts.roles import ANY_ROLE
from contracts.schema import Schema


class Erratum(Schema):
    """A regrade changed the score of an attempt: ``before`` and ``after`` (null while scores are not to be shown), and
    the ``notice`` of the bureau (null while keys are not to be shown).
    """

    attempt_id = fields.String(required=True)
    regrade_id = fields.String(required=True)
    notice = fields.String(required=True, allow_none=True)
    before = fields.Float(required=True, allow_none=True)
    after = fields.Float(required=True, allow_none=True)
    at = Instant(required=True)


class Grade(Schema):
    """What the exam's scale calls a score."""

    name = fields.String(required=True)
    english = fields.String(required=True)


class MyExam(Schema):
    """An exam as one of its audience sees it.

    Times and limits are the person's own, with what was granted to them. ``state``: ``open`` (can be sat now, or a
    running attempt resumed), ``upcoming``, ``sat`` (nothing left to do), ``missed``, ``cancelled`` or ``exempt``.
    ``next_start_at``: from when on a further attempt may begin. ``score``, ``grade`` (by the exam's scale) and
    ``passed`` are what counts by the exam's grading rule, null until graded or while not to be shown, and in a practice
    (``mode``), where nothing counts.
    """

    id = fields.String(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True, validate=one_of("open", "upcoming", "sat", "missed", "cancelled", "exempt"))
    opens_at = Instant(required=True)
    closes_at = Instant(required=True)
    time_limit_minutes = fields.Integer(required=True)
    question_count = fields.Integer(required=True)
    max_score = fields.Float(required=True)
    pass_score = fields.Float(required=True)
    required = fields.Boolean(required=True)
    credits = fields.Float(required=True)
    attempts_allowed = fields.Integer(required=True)
    attempts_left = fields.Integer(required=True)
    running_attempt_id = fields.String(required=True, allow_none=True)
    attempt_ids = fields.List(fields.String(), required=True)
    score = fields.Float(required=True, allow_none=True)
    passed = fields.Boolean(required=True, allow_none=True)
    grade = fields.Nested(Grade, required=True, allow_none=True)
    latest_start_at = Instant(required=True, allow_none=True)
    next_start_at = Instant(required=True, allow_none=True)
    exempt = fields.Boolean(required=True)
    make_up_of = fields.String(required=True, allow_none=True)
    mode = fields.String(required=True, validate=one_of("exam", "practice"))
    cancelled_because = fields.String(required=True, allow_none=True)
    errata = fields.List(fields.Nested(Erratum))


class AskedQuestion(Schema):
    """A question as it is put to a person: nothing in it tells the key. ``blanks`` is how many blanks it has; of its
    pictures, each is at ``/attempts/<attempt_id>/media/<id>``, in practice at
    ``/me/practice/questions/<question_id>/media/<id>``.
    """

    id = fields.String(required=True)
    type = fields.String(required=True)
    stem = fields.String(required=True)
    options = fields.List(fields.Nested(Option), required=True)
    score = fields.Float(required=True)
    blanks = fields.Integer()
    media = fields.List(fields.Nested(Picture))


class AnswerFeedback(Schema):
    """What is told of an answer in a practice. From then on the answer stands."""

    question_id = fields.String(required=True)
    answer = fields.Raw(required=True, allow_none=True)
    sequence = fields.Integer(required=True)
    saved_at = Instant(required=True)
    score = fields.Float(required=True)
    max_score = fields.Float(required=True)
    correct = fields.Boolean(required=True)
    key = fields.Raw(required=True, allow_none=True)
    explanation = fields.String(required=True)
    legal_basis = fields.String(required=True, allow_none=True)


class StoredAnswer(Schema):
    """What the server holds of a question; ``answer`` null was cleared."""

    question_id = fields.String(required=True)
    answer = fields.Raw(required=True, allow_none=True)
    sequence = fields.Integer(required=True)
    saved_at = Instant(required=True)


class ReviewedAnswer(Schema):
    """One answer looked back upon; a field that the review rules do not yet allow is absent. ``void``: the question was
    withdrawn after the exam, and everybody has its whole score.
    """

    question_id = fields.String(required=True)
    answer = fields.Raw(required=True, allow_none=True)
    score = fields.Float()
    max_score = fields.Float()
    correct = fields.Boolean()
    void = fields.Boolean()
    key = fields.Raw(allow_none=True)
    explanation = fields.String()
    legal_basis = fields.String(allow_none=True)


class RunningAttempt(Schema):
    """An attempt to be worked on: its questions and what is already stored. Times are the server's.

    ``feedback``, in a practice alone: what was told of which answers, those left out that must not be told any more.
    """

    id = fields.String(required=True)
    exam_id = fields.String(required=True)
    number = fields.Integer(required=True)
    state = fields.String(required=True)
    started_at = Instant(required=True)
    due_at = Instant(required=True)
    server_time = Instant(required=True)
    questions = fields.List(fields.Nested(AskedQuestion), required=True)
    answers = fields.List(fields.Nested(StoredAnswer), required=True)
    feedback = fields.List(fields.Nested(AnswerFeedback))


class Attempt(RunningAttempt):
    """An attempt in any state (``running``, ``submitted``, ``graded``). ``questions`` and ``answers``
    while it runs; then ``score``, ``passed`` and ``review`` as far as the exam's review rules allow at
    this moment.
    """

    submitted_at = Instant(required=True, allow_none=True)
    answers_stored = fields.Integer(required=True)
    max_score = fields.Float(required=True)
    score = fields.Float(required=True, allow_none=True)
    passed = fields.Boolean(required=True, allow_none=True)
    grade = fields.Nested(Grade, required=True, allow_none=True)
    review = fields.List(fields.Nested(ReviewedAnswer), required=True, allow_none=True)
    errata = fields.List(fields.Nested(Erratum))


class StartAttempt(Schema):
    """Sit the exam, or go on where the running attempt stands."""

    exam_id = Id(required=True)


class AttemptId(Schema):
    """Which attempt."""

    attempt_id = Id(required=True)


class TellAnswer(Schema):
    """Of which answer of a practice one would know whether it is right."""

    attempt_id = Id(required=True)
    question_id = Id(required=True)


class SaveAnswer(Schema):
    """One answer; its shape follows the question's type: single ``"A"``, multiple ``["A", "C"]``, true_false
    ``true``, blank ``"text"`` or a list with a text per blank, essay text; ``null`` clears. ``sequence``
    grows with each change a client makes: of two saves of one question the greater sequence stands, whichever
    arrives last.
    """

    attempt_id = Id(required=True)
    question_id = Id(required=True)
    answer = fields.Raw(required=True, allow_none=True)
    sequence = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=2**53 - 1))


class SavedAnswer(Schema):
    """The sequence that is durably stored now, and since when; greater than the one sent when that came
    too late."""

    sequence = fields.Integer(required=True)
    saved_at = Instant(required=True)


class StoredQuestion(Schema):
    """What is stored of one question: the save that stands, and since when; not ``answered`` where it was cleared."""

    question_id = fields.String(required=True)
    sequence = fields.Integer(required=True)
    saved_at = Instant(required=True)
    answered = fields.Boolean(required=True)


class SubmittedAttempt(Schema):
    """The receipt of a submission; asked again, the same.

    ``answers`` lists every question of which something is stored. ``answers_hash`` is the SHA-256, in hexadecimal, of
    the UTF-8 text
    ``{"answers":[{"answer":…,"question_id":…,"saved_at":…,"sequence":…},…],"attempt_id":…,"submitted_at":…}`` as RFC
    8785 writes it (names in this order, no spaces), the answers as they were saved (choices of several in the order of
    their letters, null where cleared), ordered by question id, times as they are told here. Whoever has the answers
    can compute it anew.
    """

    state = fields.String(required=True)
    answers_stored = fields.Integer(required=True)
    submitted_at = Instant(required=True)
    answers = fields.List(fields.Nested(StoredQuestion), required=True)
    answers_hash = fields.String(required=True)


class GivenMark(Schema):
    """A marker's mark for an essay: ``points`` for each part of its rubric in order, or, without a rubric, a ``score``
    from 0 to the question's.
    """

    score = fields.Float(load_default=None, allow_none=True, validate=validate.Range(min=0, max=1000))
    points = fields.List(
        fields.Float(validate=validate.Range(min=0, max=1000)), load_default=list, validate=validate.Length(max=20)
    )
    comment = Text(load_default="", min=0, max=2000)


class MarkAnswer(GivenMark):
    """A mark for an essay, by way of the attempt."""

    attempt_id = Id(required=True)
    question_id = Id(required=True)


class MarkedAttempt(Schema):
    """How many answers still wait for marks; at 0 the attempt is graded."""

    id = fields.String(required=True)
    state = fields.String(required=True)
    unmarked = fields.Integer(required=True)


class MyExamsRequest(PageRequest):
    """Own exams, those that close last first."""


MyExamPage = page_of(MyExam)

my_exams = Operation("quiz", "my_exams", MyExamsRequest, MyExamPage, roles=ANY_ROLE, repeatable=True)
start_attempt = Operation("quiz", "start_attempt", StartAttempt, RunningAttempt, roles=ANY_ROLE, repeatable=True)
save_answer = Operation("quiz", "save_answer", SaveAnswer, SavedAnswer, roles=ANY_ROLE, repeatable=True)
submit_attempt = Operation("quiz", "submit_attempt", AttemptId, SubmittedAttempt, roles=ANY_ROLE, repeatable=True)
tell_answer = Operation("quiz", "tell_answer", TellAnswer, AnswerFeedback, roles=ANY_ROLE, repeatable=True)
get_attempt = Operation("quiz", "get_attempt", AttemptId, Attempt, roles=ANY_ROLE, repeatable=True)
mark_answer = Operation("quiz", "mark_answer", MarkAnswer, MarkedAttempt, roles=BANK_ROLES, repeatable=True)
