"""What the quiz service tells the others. No event ever carries an answer or an answer key."""

from marshmallow import EXCLUDE, fields

from contracts.event import Event
from contracts.fields import Day, Id, Instant, one_of
from contracts.schema import Schema


class Audience(Schema):
    """Whom an exam is for. An empty list does not restrict; a person must fit every list that is not empty.

    ``units`` name whole branches of the unit tree: a person fits when any unit on the path from the root down
    to the own unit is named.
    """

    lines = fields.List(fields.String(), load_default=list)
    units = fields.List(fields.String(), load_default=list)
    roles = fields.List(fields.String(), load_default=list)


class AttemptSubmittedV1(Event):
    """A person has handed in, or the server has handed in for them at the deadline.

    Emitted once per attempt, in the same write that closes it: no answer changes afterwards.
    Subject: the attempt. ``submitted_at`` is the server's clock; ``by`` tells who handed in.
    A consumer may assume that the attempt and its answers are durable; the score is not known yet.
    Carries no answers: the quiz service itself reads them when it grades.
    """

    producer = "quiz"
    event = "attempt_submitted"
    version = 1

    attempt_id = Id(required=True)
    exam_id = Id(required=True)
    person_id = Id(required=True)
    submitted_at = Instant(required=True)
    by = fields.String(load_default="person", validate=one_of("person", "server"))


class NamedGrade(Schema):
    """A step of an exam's scale of grades, by its name in Chinese and its ``english`` one."""

    name = fields.String(required=True)
    english = fields.String(required=True)


class AttemptGradedV1(Event):
    """An attempt has its mark, and with it the person's standing in the exam is known anew.

    Emitted once per graded attempt, from the person's standing, and again where a regrade of the exam changed what
    counts or which attempt does: ``regrade_id`` names it then, else it is null. Subject: the standing, one per exam and
    person (``<exam_id>:<person_id>``), so ``sequence`` orders the events of one person in one exam: the
    newest replaces. ``score``, ``passed``, ``credits`` and ``points`` are what counts now for the person
    in this exam by its grading rule over all graded attempts; ``attempt_score`` is the mark of
    ``attempt_id``, the person's ``number``-th try, which was handed in at ``submitted_at``. ``counted_attempt_id`` is
    the attempt that counts, which may be another, and ``counted_at`` when that was handed in: of several highest the
    earliest, of an average the last; null in events from before they were told. ``credits`` are those earned: the
    exam's when passed, else 0; ``points`` are 0 to 10, one per tenth of ``max_score`` reached. ``grade`` is what the
    exam's scale calls ``score``, null below its lowest step and in events from before there were grades. ``makes_up``
    is the exam that passing this one stands for. A practice's attempts are not told of. A consumer keeps one entry per
    exam and person; applying twice is harmless.
    """

    producer = "quiz"
    event = "attempt_graded"
    version = 1

    attempt_id = Id(required=True)
    exam_id = Id(required=True)
    exam_title = fields.String(required=True)
    person_id = Id(required=True)
    number = fields.Integer(required=True)
    score = fields.Float(required=True)
    max_score = fields.Float(required=True)
    passed = fields.Boolean(required=True)
    credits = fields.Float(required=True)
    points = fields.Integer(required=True)
    required = fields.Boolean(required=True)
    submitted_at = Instant(required=True)
    graded_at = Instant(required=True)
    attempt_score = fields.Float(load_default=None, allow_none=True)
    regrade_id = Id(load_default=None, allow_none=True)
    makes_up = Id(load_default=None, allow_none=True)
    grade = fields.Nested(NamedGrade, unknown=EXCLUDE, load_default=None, allow_none=True)
    counted_attempt_id = Id(load_default=None, allow_none=True)
    counted_at = Instant(load_default=None, allow_none=True)


class ExamPublishedV1(Event):
    """An exam stands in the calendar: those in its audience may sit it from ``opens_at`` until ``closes_at``.

    Emitted once, when the exam is made; the paper behind it no longer changes. Subject: the exam.
    ``required`` tells whether the study record counts it as required (必修) for everybody in the audience;
    ``credits`` (学时) are earned once by passing. ``make_up_of``: it is asked only of those of that exam's audience who
    missed or failed that one, and passing it stands for passing that one.
    A consumer may assume nothing about who has sat it; that comes with ``attempt_graded``.
    """

    producer = "quiz"
    event = "exam_published"
    version = 1

    exam_id = Id(required=True)
    title = fields.String(required=True)
    required = fields.Boolean(required=True)
    credits = fields.Float(required=True)
    audience = fields.Nested(Audience, required=True)
    opens_at = Instant(required=True)
    closes_at = Instant(required=True)
    make_up_of = Id(load_default=None, allow_none=True)


class PersonalClosing(Schema):
    """Until when one person may sit an exam, where that is granted to them alone."""

    person_id = Id(required=True)
    closes_at = Instant(required=True)


class ExamChangedV1(Event):
    """An exam was changed or cancelled, or something was granted to somebody in it.

    Emitted with each change, in the write that makes it. Subject: the exam, so ``sequence`` orders it with
    ``exam_published``: the newest replaces. Carries the whole state that ``exam_published`` does, ``cancelled_at``
    (null while the exam is held), ``exempt``, the persons who need not sit it, and ``personal_closings``, those for
    whom it closes at a time of their own, whatever ``closes_at`` says (empty in events from before it was told). A
    cancelled exam is required of nobody any more; what was earned in it before stays. A consumer may assume that
    nothing handed in after the cancellation is credited.
    """

    producer = "quiz"
    event = "exam_changed"
    version = 1

    exam_id = Id(required=True)
    title = fields.String(required=True)
    required = fields.Boolean(required=True)
    credits = fields.Float(required=True)
    audience = fields.Nested(Audience, required=True)
    opens_at = Instant(required=True)
    closes_at = Instant(required=True)
    make_up_of = Id(load_default=None, allow_none=True)
    cancelled_at = Instant(load_default=None, allow_none=True)
    exempt = fields.List(Id(), load_default=list)
    personal_closings = fields.List(fields.Nested(PersonalClosing, unknown=EXCLUDE), load_default=list)


class PracticeCreditedV1(Event):
    """A person has answered a question of a day's practice set, and with it the day's points are known anew.

    Emitted with each answer, in the write that stores it. Subject: the set, one per person and day
    (``<person_id>:<day>``), so ``sequence`` orders the events of one day: the newest replaces. ``answered`` and
    ``right`` count its questions, ``points`` is what they earn together by the rule of version ``rule``, its daily
    cap applied; ``credited_at`` lies within ``day`` (of Asia/Shanghai). A consumer keeps one entry per person and day;
    applying twice is harmless. Tells neither which questions were asked nor what was answered.
    """

    producer = "quiz"
    event = "practice_credited"
    version = 1

    person_id = Id(required=True)
    day = Day(required=True)
    answered = fields.Integer(required=True)
    right = fields.Integer(required=True)
    points = fields.Integer(required=True)
    rule = fields.String(required=True)
    credited_at = Instant(required=True)
