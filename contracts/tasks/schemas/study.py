"""Study records: what a person has passed, and what is still required."""

from __future__ import annotations

from marshmallow import fields

from contracts.fields import Id, Instant, PageRequest, one_of
from contracts.schema import Schema


class PersonId(Schema):
    """Whose record."""

    person_id = Id(required=True)


class ListStudyRecords(PageRequest):
    """Of the active people of ``unit_id`` and the units below it, else of all; in order of person id."""

    unit_id = Id()


class Required(Schema):
    """Required study (必修): exams and courses done or waived, of those for the person."""

    done = fields.Integer(required=True)
    of = fields.Integer(required=True)


class Elective(Schema):
    """Elective study (选修): exams and courses done, and the credits (学时) they gave."""

    done = fields.Integer(required=True)
    credits = fields.Float(required=True)


class EntryGrade(Schema):
    """A grade by its name in Chinese and its ``english`` one."""

    name = fields.String(required=True)
    english = fields.String(required=True)


class StudyEntry(Schema):
    """What counts once; ``ref`` is the exam's or session's id, of a waiver what it waives.

    A session of a course has its ``course_id``; a waiver its ``reason`` and who granted it (``by``); an exam the
    ``grade`` that its scale gives the score, absent below the lowest.
    """

    kind = fields.String(required=True, validate=one_of("exam", "practice", "session", "waiver"))
    ref = Id(required=True)
    title = fields.String(required=True)
    at = Instant(required=True)
    score = fields.Float()
    grade = fields.Nested(EntryGrade)
    credits = fields.Float(required=True)
    course_id = Id()
    reason = fields.String()
    by = Id()


class StudyRecord(Schema):
    """The study record of a person: every total is the sum of its entries (points capped for each day)."""

    person_id = Id(required=True)
    credits = fields.Float(required=True)
    points = fields.Integer(required=True)
    required = fields.Nested(Required, required=True)
    elective = fields.Nested(Elective, required=True)
    entries = fields.List(fields.Nested(StudyEntry), required=True)


class ListedStudyRecord(StudyRecord):
    """A study record in a list: its figures are of all ``entries_total`` entries, ``entries`` are the newest 20. All
    are in the record of the person, ``GET /study-records/{person_id}``.
    """

    entries_total = fields.Integer(required=True)
