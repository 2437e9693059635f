"""Study sessions 集中学习, who attended them, the weekly rule of branches, and courses."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from contracts.fields import Binary, Day, Id, Instant, PageRequest, Text, one_of
from contracts.identity.organisation import LINE_CODES
from contracts.imports import Import, ImportFile
from contracts.schema import Schema

MOST_CREDITS = 100
# A transaction takes a whole list.
MOST_ATTENDANTS = 2_000
# Branches that hold a session together with the one that it is of.
MOST_JOINT_UNITS = 50
SOURCES = ("list", "import", "check_in")
SESSION_WARNINGS = ("too_few_speakers",)
SESSION_CHANGES = ("changed", "withdrawn", "attendance", "checked_in")
ONE_DAY_SECONDS = 24 * 3600


class SpeakerFields(Schema):
    """A main speaker 主讲人; ``person_id`` for somebody of the directory, a guest has a name alone."""

    name = Text(max=60, single_line=True, required=True)
    person_id = Id(load_default=None, allow_none=True)
    topic = Text(max=200, min=0, load_default=None, allow_none=True)


class _Times(Schema):
    @validates_schema
    def _ends_after_it_begins(self, data: dict[str, Any], **kwargs: Any) -> None:
        if "starts_at" in data and "ends_at" in data:
            seconds = (data["ends_at"] - data["starts_at"]).total_seconds()
            if not 0 < seconds <= ONE_DAY_SECONDS:
                raise ValidationError("Must be after the beginning, and within a day of it.", "ends_at")


def _joint_units(**kwargs: Any) -> fields.List[str]:
    return fields.List(Id(), validate=validate.Length(max=MOST_JOINT_UNITS), **kwargs)


def _credits(**kwargs: Any) -> fields.Float:
    return fields.Float(validate=validate.Range(min=0, max=MOST_CREDITS), **kwargs)


class SessionFields(_Times):
    """A session: what, when, where, with what material, of which branch, and who speaks.

    One with fewer main speakers than the rule of its week asks for is kept, says so in ``warnings``, and does not count
    for the branch's week until it has them. ``course_id``: attending completes this course. ``credits``: 学时 for each
    who attends. ``joint_unit_ids``: the branches that hold it together with ``unit_id``; it counts once for the week of
    each of them, and nobody's attendance twice.
    """

    title = Text(max=200, single_line=True, required=True)
    unit_id = Id(required=True)
    joint_unit_ids = _joint_units(load_default=list)
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    place = Text(max=200, single_line=True, required=True)
    material = Text(max=2_000, required=True)
    speakers = fields.List(fields.Nested(SpeakerFields), load_default=list, validate=validate.Length(max=50))
    credits = _credits(load_default=0.0)
    course_id = Id(load_default=None, allow_none=True)


class ChangeSession(_Times):
    """Only the fields that are sent change, and with them the entries of those who attended. ``withdrawn`` takes the
    session and its credits back, for good; it needs a ``reason``.
    """

    session_id = Id(required=True)
    expected_version = fields.Integer(required=True, allow_none=True)
    title = Text(max=200, single_line=True)
    joint_unit_ids = _joint_units()
    starts_at = Instant()
    ends_at = Instant()
    place = Text(max=200, single_line=True)
    material = Text(max=2_000)
    speakers = fields.List(fields.Nested(SpeakerFields), validate=validate.Length(max=50))
    credits = _credits()
    withdrawn = fields.Boolean(validate=validate.Equal(True))
    reason = Text(max=500)

    @validates_schema
    def _says_why(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data.get("withdrawn") and not data.get("reason"):
            raise ValidationError("Missing data for required field.", "reason")


class SessionId(Schema):
    """Which session."""

    session_id = Id(required=True)


class ListSessions(PageRequest):
    """Newest first. ``unit_id`` takes in everything below that unit, ``branch_id`` is that unit alone, with what it
    holds jointly; ``from`` and ``to`` are days. People who are neither trainer nor leader see the sessions of their own
    unit and those above.
    """

    unit_id = Id()
    branch_id = Id()
    from_ = Day(data_key="from", attribute="from")
    to = Day()


class SessionChange(Schema):
    """A line of what was changed; ``added`` and ``removed`` are ids of people."""

    at = Instant(required=True)
    by = Id(required=True, allow_none=True)
    what = fields.String(required=True, validate=one_of(*SESSION_CHANGES))
    fields_ = fields.List(fields.String(), data_key="fields", attribute="fields")
    reason = fields.String(allow_none=True)
    added = fields.List(Id())
    removed = fields.List(Id())


class Session(Schema):
    """A session. ``counts``: whether it counts for the week of its branches by the rule; ``warnings`` say why not.

    ``attended``: how many were there. ``attended_by_me``: whether the reader was.
    """

    id = Id(required=True)
    title = fields.String(required=True)
    unit_id = Id(required=True)
    joint_unit_ids = fields.List(Id(), required=True)
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    week = Day(required=True)
    place = fields.String(required=True)
    material = fields.String(required=True)
    speakers = fields.List(fields.Nested(SpeakerFields), required=True)
    credits = fields.Float(required=True)
    course_id = Id(required=True, allow_none=True)
    withdrawn = fields.Boolean(required=True)
    counts = fields.Boolean(required=True)
    warnings = fields.List(fields.String(validate=one_of(*SESSION_WARNINGS)), required=True)
    rule_version = fields.String(required=True, allow_none=True)
    attended = fields.Integer(required=True)
    attended_by_me = fields.Boolean(required=True)
    version = fields.Integer(required=True)


class SessionDetails(Session):
    """``changes``: newest last, for trainers and leaders; empty for others."""

    changes = fields.List(fields.Nested(SessionChange), required=True)


class SetAttendance(Schema):
    """Everybody who was there: who is not in the list any more loses the entry, who is new gets it."""

    session_id = Id(required=True)
    expected_version = fields.Integer(required=True, allow_none=True)
    person_ids = fields.List(Id(), required=True, validate=validate.Length(max=MOST_ATTENDANTS))


class ListAttendance(PageRequest):
    """In order of person id."""

    session_id = Id(required=True)


class Attendant(Schema):
    """Somebody who was there; ``source``: how that is known, ``by``: who said so."""

    person_id = Id(required=True)
    at = Instant(required=True)
    by = Id(required=True, allow_none=True)
    source = fields.String(required=True, validate=one_of(*SOURCES))


class StartAttendanceImport(ImportFile):
    """A table, .xlsx or .csv, with a column 工号 (staff number) or 用户名 (user name); those in it are added."""

    session_id = Id(required=True)


class AttendanceImport(Import):
    """``created`` are those added, ``unchanged`` were there already."""

    session_id = Id(required=True)


class CheckInCode(Schema):
    """The code of this moment and its picture; ``next_in_seconds``: when to ask for the next one."""

    code = fields.String(required=True)
    svg = fields.String(required=True)
    next_in_seconds = fields.Integer(required=True)
    accepted_seconds = fields.Integer(required=True)


class CheckIn(Schema):
    """The code that the session shows."""

    code = Text(max=300, single_line=True, required=True)


class CheckedIn(Schema):
    """At what one is checked in; ``already``: one was before."""

    session_id = Id(required=True)
    title = fields.String(required=True)
    credits = fields.Float(required=True)
    already = fields.Boolean(required=True)


class ListStudyWeeks(PageRequest):
    """The weeks from that of ``from`` to that of ``to`` (days; 54 weeks at most) of a unit and all below."""

    unit_id = Id()
    from_ = Day(required=True, data_key="from", attribute="from")
    to = Day(required=True)


class StudyWeek(Schema):
    """A week of a branch. ``held``: sessions held, alone or jointly; ``counted``: those with enough speakers;
    ``missing``: how many more the rule asks for. The sessions are ``GET /study-sessions`` with ``branch_id`` and the
    days of the week.
    """

    week = Day(required=True)
    held = fields.Integer(required=True)
    counted = fields.Integer(required=True)
    missing = fields.Integer(required=True)
    met = fields.Boolean(required=True)
    rule_version = fields.String(required=True, allow_none=True)


class StudyWeeksOfBranch(Schema):
    """A branch and its weeks, the earliest first."""

    unit_id = Id(required=True)
    name = fields.String(required=True)
    weeks = fields.List(fields.Nested(StudyWeek), required=True)


class WeeklyRule(Schema):
    """A row of the weekly rule, in force from the week of ``valid_from``."""

    version = fields.String(required=True)
    valid_from = Day(required=True)
    sessions = fields.Integer(required=True)
    speakers = fields.Integer(required=True)
    source = fields.String(required=True)


class StudyWeeks(Schema):
    """A page of branches, with the rule as dated data."""

    items = fields.List(fields.Nested(StudyWeeksOfBranch), required=True)
    rules = fields.List(fields.Nested(WeeklyRule), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class CourseFields(Schema):
    """A course, required 必修 or elective 选修, for lines, units (with all below) and roles; an empty list does not
    restrict. A required one is to be done by the end of ``due_on``. It is done by attending a session of it.
    """

    title = Text(max=200, single_line=True, required=True)
    required = fields.Boolean(required=True)
    lines = fields.List(fields.String(validate=one_of(*LINE_CODES)), load_default=list, validate=validate.Length(max=6))
    units = fields.List(Id(), load_default=list, validate=validate.Length(max=200))
    roles = fields.List(fields.String(), load_default=list, validate=validate.Length(max=11))
    due_on = Day(load_default=None, allow_none=True)


class Course(CourseFields):
    """A course. ``for_me``: whether the reader is among those it is for."""

    id = Id(required=True)
    due_on = Day(required=True, allow_none=True)
    made_at = Instant(required=True)
    for_me = fields.Boolean(required=True)


class ListCourses(PageRequest):
    """In the order in which they were made."""

    required = fields.Boolean()


class Download(Schema):
    """A file."""

    content = Binary(max=32 * 1024 * 1024, required=True)
    file_name = fields.String(required=True)
    media_type = fields.String(required=True)
