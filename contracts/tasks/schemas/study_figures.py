"""What is made of study records: waivers, coverage, year-end marks, certificates, exports, xAPI."""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.fields import Day, Id, Instant, PageRequest, Text, one_of
from contracts.identity.organisation import LINE_CODES
from contracts.schema import Schema
from contracts.tasks.schemas.study import EntryGrade, StudyEntry
from contracts.tasks.schemas.study_sessions import Download

FIGURE_KINDS = ("exam", "practice", "session")
MEASURES = ("required", "exams", "sessions", "points")
CERTIFIED = ("exam", "session")
FIRST_YEAR, LAST_YEAR = 2000, 2200


class GrantWaiver(Schema):
    """A required exam or course that this person need not do: it counts as done, and is shown as waived."""

    person_id = Id(required=True)
    kind = fields.String(required=True, validate=one_of("exam", "course"))
    ref = Id(required=True)
    reason = Text(max=500, required=True)


class WithdrawWaiver(Schema):
    """Which waiver."""

    person_id = Id(required=True)
    ref = Id(required=True)


class CoverageFilter(Schema):
    """Of a unit with all below (``unit_id``) or a branch alone (``branch_id``), of a line, of the weeks from that of
    ``from`` to that of ``to`` (54 at most), of one kind of entries.
    """

    unit_id = Id()
    branch_id = Id()
    line = fields.String(validate=one_of(*LINE_CODES))
    kind = fields.String(validate=one_of(*FIGURE_KINDS))
    from_ = Day(required=True, data_key="from", attribute="from")
    to = Day(required=True)


class GetCoverage(CoverageFilter):
    """``by``: what the figures are divided by."""

    by = fields.String(load_default="unit", validate=one_of("unit", "line", "week"))


class Figures(Schema):
    """``person_times`` and ``credits``: the entries of ``GET /study-coverage/entries``. ``people``, ``covered`` and
    ``behind``: those of ``GET /study-coverage/people`` with that ``figure``; of ``people``, who is not covered is
    ``uncovered``. Both with the same filter.
    """

    person_times = fields.Integer(required=True)
    credits = fields.Float(required=True)
    people = fields.Integer(required=True)
    covered = fields.Integer(required=True)
    behind = fields.Integer(required=True)


class FigureItem(Figures):
    """``key``: a unit's id, a line's code or a Monday; null = entries whose unit or line is not known. ``own``: of a
    unit, those of no unit below. ``filter``: the query that lists what the figures count; null where none does.
    """

    key = fields.String(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    own = fields.Boolean(required=True)
    filter = fields.Dict(keys=fields.String(), values=fields.String(), required=True, allow_none=True)


class Coverage(Schema):
    """``weeks``: the Mondays that the figures are of."""

    by = fields.String(required=True)
    weeks = fields.List(Day(), required=True)
    total = fields.Nested(Figures, required=True)
    items = fields.List(fields.Nested(FigureItem), required=True)


class ListCoverageEntries(CoverageFilter, PageRequest):
    """Newest first."""


class CoverageEntry(StudyEntry):
    """An entry with whose it is and where they were."""

    id = Id(required=True)
    person_id = Id(required=True)
    unit_id = Id(required=True, allow_none=True)
    line = fields.String(required=True, allow_none=True)
    week = Day(required=True)


class ListCoveragePeople(CoverageFilter, PageRequest):
    """In order of person id."""

    figure = fields.String(required=True, validate=one_of("people", "covered", "uncovered", "behind"))


class CoveragePerson(Schema):
    """``behind``: the required exams and courses, due in these weeks, that the person has not done."""

    person_id = Id(required=True)
    unit_id = Id(required=True)
    line = fields.String(required=True, allow_none=True)
    behind = fields.List(Id(), required=True)


class GetYearMark(Schema):
    """Whose mark of which year."""

    person_id = Id(required=True)
    year = fields.Integer(required=True, validate=validate.Range(FIRST_YEAR, LAST_YEAR))


class FormulaShown(Schema):
    """The formula that the mark follows."""

    version = fields.String(required=True)
    from_year = fields.Integer(required=True)
    source = fields.String(required=True)


class MarkPart(Schema):
    """A part: ``reached`` of ``of`` gives ``marks`` of ``weight``, by these entries; ``missing``: ids of the required
    exams and courses that are not done; ``sessions``: those that the person's branch held, where it is about them.
    """

    measure = fields.String(required=True, validate=one_of(*MEASURES))
    weight = fields.Integer(required=True)
    reached = fields.Float(required=True)
    of = fields.Float(required=True)
    marks = fields.Float(required=True)
    entries = fields.List(fields.Nested(StudyEntry), required=True)
    missing = fields.List(Id(), required=True)


class YearMark(Schema):
    """``provisional`` until the year is over."""

    person_id = Id(required=True)
    year = fields.Integer(required=True)
    mark = fields.Float(required=True)
    provisional = fields.Boolean(required=True)
    formula = fields.Nested(FormulaShown, required=True)
    parts = fields.List(fields.Nested(MarkPart), required=True)


class IssueCertificate(Schema):
    """For an exam passed, or a session attended."""

    person_id = Id(required=True)
    kind = fields.String(required=True, validate=one_of(*CERTIFIED))
    ref = Id(required=True)


class Certificate(Schema):
    """``code`` is what the paper shows, and what it is verified by."""

    code = fields.String(required=True)
    person_id = Id(required=True)
    kind = fields.String(required=True)
    ref = Id(required=True)
    title = fields.String(required=True)
    issued_at = Instant(required=True)


class ListCertificates(PageRequest):
    """Newest first."""

    person_id = Id(required=True)


class CertificateCode(Schema):
    """The verification code, however it is typed."""

    code = Text(max=64, single_line=True, required=True)


class VerifiedCertificate(Schema):
    """What the paper shows, with the name masked. ``valid``: whether the record still shows what it attests. ``grade``:
    that of the record now, of an exam that has one; where a paper shows another, it was changed since.
    """

    code = fields.String(required=True)
    valid = fields.Boolean(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    title = fields.String(required=True)
    at = Instant(required=True)
    credits = fields.Float(required=True)
    grade = fields.Nested(EntryGrade, required=True, allow_none=True)
    issued_at = Instant(required=True)


class ExportRecords(Schema):
    """The records of a unit with all below, or of everybody; of a year, or of all time. The gateway asks part by part:
    after ``cursor``.
    """

    unit_id = Id()
    year = fields.Integer(validate=validate.Range(FIRST_YEAR, LAST_YEAR))
    cursor = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=512))


class ExportedPart(Download):
    """A whole file of some of the people; ``next_cursor`` is null when there are no more."""

    next_cursor = fields.String(required=True, allow_none=True)


class ListStatements(Schema):
    """What was stored after ``since``; ``cursor`` goes on where an answer ended."""

    since = Instant(load_default=None, allow_none=True)
    cursor = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=512))
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=200))


class Statements(Schema):
    """Statements of the Experience API 1.0.3, to be put into a learning-record store as they are; a statement that was
    read before comes with the same id and the same content. ``next_cursor`` is null at the end.
    """

    statements = fields.List(fields.Dict(), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
