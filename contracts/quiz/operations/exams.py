"""Exams: a scheduled sitting of a paper, with its window, its limits and its audience."""

from marshmallow import ValidationError, fields, validate, validates_schema

from contracts.fields import Id, Instant, PageRequest, Text, one_of, page_of
from contracts.operation import Operation
from contracts.quiz.operations.questions import BANK_ROLES
from contracts.roles import ALL_ROLES, LEADER, SUPERVISOR
from contracts.schema import Schema

GRADINGS = ("highest", "last", "first", "average")
WHEN = ("immediately", "after_close", "never")
MODES = ("exam", "practice")
# Seconds; what takes longer than this is no answer on its way any more.
MOST_GRACE = 600


class ExamAudience(Schema):
    """Whom the exam is for; an empty list does not restrict, a unit stands for its whole branch."""

    lines = fields.List(Text(max=40), load_default=list, validate=validate.Length(max=50))
    units = fields.List(Id(), load_default=list, validate=validate.Length(max=500))
    roles = fields.List(
        fields.String(validate=one_of(*sorted(ALL_ROLES))),
        load_default=list,
        validate=validate.Length(max=20),
    )


class ReviewRules(Schema):
    """What a person may see of an own graded attempt, and when: ``score`` of the whole, ``correctness`` and
    score of each answer, ``key``, ``explanation`` (with the legal basis). ``after_close`` is after the exam's
    window has shut.
    """

    score = fields.String(load_default="immediately", validate=one_of(*WHEN))
    correctness = fields.String(load_default="after_close", validate=one_of(*WHEN))
    key = fields.String(load_default="after_close", validate=one_of(*WHEN))
    explanation = fields.String(load_default="after_close", validate=one_of(*WHEN))


class Marking(Schema):
    """How essays are marked: by how many who know neither the candidate nor each other's marks, and which share of the
    score their marks may differ by before a third marks too.
    """

    markers = fields.Integer(load_default=2, validate=validate.Range(min=1, max=2))
    threshold = fields.Float(load_default=0.2, validate=validate.Range(min=0, max=1))


class Shuffle(Schema):
    """Whether each attempt has its questions, and the options of choices, in an order of its own. ``key`` names an
    option whatever its place: an option is labelled by its place and answered by its key. Options of questions with
    ``fixed_options`` stay in their order.
    """

    questions = fields.Boolean(load_default=False)
    options = fields.Boolean(load_default=False)


class GradeStep(Schema):
    """A grade by its ``name`` (and ``english``), from this share of the greatest score on."""

    name = Text(required=True, max=40, single_line=True)
    english = Text(required=True, max=40, single_line=True)
    from_percent = fields.Float(required=True, validate=validate.Range(min=0, max=100))


class GradeScale(Schema):
    """Pass grades, the best first, with where they are from; what reaches no step has no grade."""

    version = Text(required=True, max=40, single_line=True)
    source = Text(required=True, max=200, single_line=True)
    steps = fields.List(fields.Nested(GradeStep), required=True, validate=validate.Length(min=1, max=10))


class NewExam(Schema):
    """An exam. ``pass_score`` is on the paper's own scale.

    ``time_limit_minutes`` runs from the start of an attempt and ends at ``closes_at`` at the latest. An answer that was
    on its way is taken until ``grace_seconds`` after that; then the server hands in.
    An attempt begins by ``latest_start_at``, a further one ``minutes_between_attempts`` after the one before was handed
    in. Passing earns ``credits`` (学时) once; ``required`` is 必修. ``grades`` is the usual scale (90, 80, 60 %) when
    absent. ``make_up_of``: for those of that exam's audience who missed or failed it; audience and ``required`` are
    then those of that exam. ``leave_out_retired``: a fixed paper's questions that are retired, or whose law is not in
    force on the day the exam opens, are not asked; else they refuse the exam.

    ``mode`` ``practice``: each answer may be looked at at once, and nothing is credited. It asks no essays and no
    questions of other exams that are not over; it is not required, makes up nothing, has 0 ``credits``, and ``review``
    shows all immediately. When absent, ``credits`` is 1, or 0 in a practice.
    """

    title = Text(required=True, max=200, single_line=True)
    paper_id = Id(required=True)
    mode = fields.String(load_default="exam", validate=one_of(*MODES))
    leave_out_retired = fields.Boolean(load_default=False)
    opens_at = Instant(required=True)
    closes_at = Instant(required=True)
    time_limit_minutes = fields.Integer(required=True, validate=validate.Range(min=1, max=24 * 60))
    grace_seconds = fields.Integer(load_default=5, validate=validate.Range(min=0, max=MOST_GRACE))
    attempts_allowed = fields.Integer(load_default=1, validate=validate.Range(min=1, max=100))
    latest_start_at = Instant(load_default=None, allow_none=True)
    minutes_between_attempts = fields.Integer(load_default=0, validate=validate.Range(min=0, max=60 * 24 * 90))
    grading = fields.String(load_default="highest", validate=one_of(*GRADINGS))
    grades = fields.Nested(GradeScale, load_default=None, allow_none=True)
    make_up_of = Id(load_default=None, allow_none=True)
    shuffle = fields.Nested(Shuffle, load_default=lambda: Shuffle().load({}))
    pass_score = fields.Float(required=True, validate=validate.Range(min=0, max=300_000))
    audience = fields.Nested(ExamAudience, load_default=lambda: {"lines": [], "units": [], "roles": []})
    review = fields.Nested(ReviewRules, load_default=None, allow_none=True)
    marking = fields.Nested(Marking, load_default=lambda: Marking().load({}))
    credits = fields.Float(load_default=None, allow_none=True, validate=validate.Range(min=0, max=1000))
    required = fields.Boolean(load_default=False)

    @validates_schema
    def _closes_after_it_opens(self, data: dict[str, object], **kwargs: object) -> None:
        if data["closes_at"] <= data["opens_at"]:  # type: ignore[operator]
            raise ValidationError("Must be later than opens_at.", "closes_at")


class Exam(Schema):
    """An exam as a trainer sees it. ``max_score`` is that of the questions it asks, ``left_out`` the ids of those of
    its paper that it does not ask, since they were retired.
    """

    id = fields.String(required=True)
    title = fields.String(required=True)
    paper_id = fields.String(required=True)
    mode = fields.String(required=True, validate=one_of(*MODES))
    left_out = fields.List(fields.String(), required=True)
    opens_at = Instant(required=True)
    closes_at = Instant(required=True)
    time_limit_minutes = fields.Integer(required=True)
    grace_seconds = fields.Integer(required=True)
    attempts_allowed = fields.Integer(required=True)
    grading = fields.String(required=True)
    pass_score = fields.Float(required=True)
    latest_start_at = Instant(allow_none=True)
    minutes_between_attempts = fields.Integer()
    grades = fields.Nested(GradeScale)
    make_up_of = fields.String(allow_none=True)
    shuffle = fields.Nested(Shuffle)
    cancelled_at = Instant(allow_none=True)
    cancelled_because = fields.String(allow_none=True)
    max_score = fields.Float(required=True)
    question_count = fields.Integer(required=True)
    audience = fields.Nested(ExamAudience, required=True)
    review = fields.Nested(ReviewRules, required=True)
    marking = fields.Nested(Marking)
    credits = fields.Float(required=True)
    required = fields.Boolean(required=True)
    created_at = Instant(required=True)
    version = fields.Integer(required=True)


class UpdateExam(Schema):
    """What is to be different. Before the exam opens anything but its paper; then its ``title``, its ``review`` rules,
    and a later ``closes_at``; once it is closed ``title`` and ``review``.
    """

    exam_id = Id(required=True)
    expected_version = fields.Integer(required=True, allow_none=True)
    title = Text(max=200, single_line=True)
    opens_at = Instant()
    closes_at = Instant()
    latest_start_at = Instant(allow_none=True)
    time_limit_minutes = fields.Integer(validate=validate.Range(min=1, max=24 * 60))
    grace_seconds = fields.Integer(validate=validate.Range(min=0, max=MOST_GRACE))
    attempts_allowed = fields.Integer(validate=validate.Range(min=1, max=100))
    minutes_between_attempts = fields.Integer(validate=validate.Range(min=0, max=60 * 24 * 90))
    pass_score = fields.Float(validate=validate.Range(min=0, max=300_000))
    grades = fields.Nested(GradeScale)
    audience = fields.Nested(ExamAudience)
    review = fields.Nested(ReviewRules)
    credits = fields.Float(validate=validate.Range(min=0, max=1000))
    required = fields.Boolean()


class CancelExam(Schema):
    """Calls an exam off: nobody starts it any more, what runs is handed in and not counted."""

    exam_id = Id(required=True)
    reason = Text(required=True, max=500)


class ExamId(Schema):
    """Which exam."""

    exam_id = Id(required=True)


class NewOverride(Schema):
    """What a person is granted in an exam, in place of what was granted before. ``exempt``: need not sit it. What is
    absent stays as it is for everybody. It holds for a running attempt too.
    """

    exam_id = Id(required=True)
    person_id = Id(required=True)
    exempt = fields.Boolean(load_default=False)
    extra_minutes = fields.Integer(load_default=0, validate=validate.Range(min=0, max=24 * 60))
    further_attempts = fields.Integer(load_default=0, validate=validate.Range(min=0, max=100))
    opens_at = Instant(load_default=None, allow_none=True)
    closes_at = Instant(load_default=None, allow_none=True)
    latest_start_at = Instant(load_default=None, allow_none=True)
    reason = Text(required=True, max=500)


class Override(Schema):
    """What a person is granted in an exam, by whom and why."""

    person_id = fields.String(required=True)
    exempt = fields.Boolean(required=True)
    extra_minutes = fields.Integer(required=True)
    further_attempts = fields.Integer(required=True)
    opens_at = Instant(required=True, allow_none=True)
    closes_at = Instant(required=True, allow_none=True)
    latest_start_at = Instant(required=True, allow_none=True)
    reason = fields.String(required=True)
    granted_by = fields.String(required=True, allow_none=True)
    granted_at = Instant(required=True)


class Overrides(Schema):
    """All that is in force in an exam, by person, and ``replaced``, what was granted before, the latest first."""

    items = fields.List(fields.Nested(Override), required=True)
    replaced = fields.List(fields.Nested(Override), required=True)


class ExamFilter(PageRequest):
    """Which exams: those of one paper; those given as exams or as practice; those whose window is open, yet to come or
    over.
    """

    paper_id = Id()
    mode = fields.String(validate=one_of(*MODES))
    state = fields.String(validate=one_of("open", "upcoming", "closed"))


ExamPage = page_of(Exam)
EXAM_READERS = BANK_ROLES | {LEADER, SUPERVISOR}

list_exams = Operation("quiz", "list_exams", ExamFilter, ExamPage, roles=EXAM_READERS, repeatable=True)
create_exam = Operation("quiz", "create_exam", NewExam, Exam, roles=BANK_ROLES)
get_exam = Operation("quiz", "get_exam", ExamId, Exam, roles=EXAM_READERS, repeatable=True)
update_exam = Operation("quiz", "update_exam", UpdateExam, Exam, roles=BANK_ROLES)
cancel_exam = Operation("quiz", "cancel_exam", CancelExam, Exam, roles=BANK_ROLES, repeatable=True)
put_override = Operation("quiz", "put_override", NewOverride, Override, roles=BANK_ROLES, repeatable=True)
list_overrides = Operation("quiz", "list_overrides", ExamId, Overrides, roles=BANK_ROLES, repeatable=True)
