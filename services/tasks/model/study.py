"""Study records: every total is computed from the entries, so it can be explained by them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from services.tasks.model.calendar import local_day
from services.tasks.model.conflict import Person

TRAINER = "trainer"
LEADER = "leader"


@dataclass(frozen=True)
class DailyCap:
    """At most ``points`` count for one day of the bureau, from ``valid_from`` until the next row."""

    points: int
    valid_from: date
    source: str


# Newest last. Points reward learning a little every day, not a night of clicking.
DAILY_CAPS: tuple[DailyCap, ...] = (DailyCap(30, date(2021, 1, 1), "exam practice of justice bureaus"),)


@dataclass(frozen=True)
class StudyEntry:
    """What counts once: for an exam, the person's standing in it. ``credits`` are 0 until it is passed.

    ``kind``: ``exam``, ``practice``, ``session`` or ``waiver``. ``ref`` is the exam's or session's id, of a waiver what
    it waives; ``at`` the submission of the attempt that counts (aware UTC), ``points`` those earned before the daily
    cap. ``course_id``: of a session, the course that attending it completes. ``makes_up``: of a make-up, the exam that
    it stands for.
    """

    kind: str
    ref: str
    title: str
    at: datetime
    score: float | None
    credits: float
    points: int
    required: bool
    passed: bool
    course_id: str | None = None
    makes_up: str | None = None

    @property
    def task(self) -> str | None:
        """What it is the doing of: an exam or a course; None for sessions of no course and for practice."""
        return (
            self.course_id if self.kind == "session" else None if self.kind == "practice" else self.makes_up or self.ref
        )


@dataclass(frozen=True)
class RequiredExam:
    """A required exam or course and whom it is for; an empty set does not restrict. ``units`` name whole branches.

    ``due_at``: until when it is to be done (aware), where that is known; ``due_for``: the same for persons who were
    given a time of their own, by id. ``exempt``: persons who need not.
    """

    id: str
    lines: frozenset[str]
    units: frozenset[str]
    roles: frozenset[str]
    due_at: datetime | None = None
    exempt: frozenset[str] = frozenset()
    due_for: Mapping[str, datetime] = field(default_factory=dict)

    def due_of(self, person_id: str) -> datetime | None:
        """Until when this person is to do it (aware), where that is known."""
        return self.due_for.get(person_id, self.due_at)

    def falls_due(self, since: datetime, until: datetime) -> bool:
        """Whether anybody's time for it ends from ``since`` until before ``until``."""
        return any(end is not None and since <= end < until for end in (self.due_at, *self.due_for.values()))


@dataclass(frozen=True)
class Learner:
    """Whose record it is, as the directory knows them."""

    id: str
    unit_path: tuple[str, ...] = ()
    line: str | None = None
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Totals:
    """The figures of a record. ``required_of`` counts the exams and courses for the person, and those done before a
    move; what is waived counts as done.
    """

    credits: float
    points: int
    required_done: int
    required_of: int
    elective_done: int
    elective_credits: float


def totals(learner: Learner, entries: Iterable[StudyEntry], required: Iterable[RequiredExam]) -> Totals:
    """The figures that the entries give, against the required exams of the time."""
    entries = list(entries)
    passed = [entry for entry in entries if entry.passed and entry.task is not None]
    done = {entry.task for entry in passed if entry.required}
    elective = [entry for entry in passed if not entry.required]
    due = {exam.id for exam in required if is_for(exam, learner)}
    return Totals(
        credits=sum(entry.credits for entry in entries),
        points=capped_points(entries),
        required_done=len(done),
        required_of=len(due | done),
        elective_done=len({entry.task for entry in elective}),
        elective_credits=sum(entry.credits for entry in elective),
    )


def capped_points(entries: Iterable[StudyEntry]) -> int:
    """The points of all days, each day at most its cap."""
    by_day: defaultdict[date, int] = defaultdict(int)
    for entry in entries:
        by_day[local_day(entry.at)] += entry.points
    return sum(min(points, daily_cap(day)) for day, points in by_day.items())


def daily_cap(day: date) -> int:
    """The cap in force on ``day``; the first one for days before it."""
    valid = [cap for cap in DAILY_CAPS if cap.valid_from <= day]
    return (valid[-1] if valid else DAILY_CAPS[0]).points


def is_for(exam: RequiredExam, learner: Learner) -> bool:
    """Whether the learner is in the audience, in every set that is not empty, and not exempted."""
    return (
        learner.id not in exam.exempt
        and (not exam.lines or learner.line in exam.lines)
        and (not exam.units or not exam.units.isdisjoint(learner.unit_path))
        and (not exam.roles or not exam.roles.isdisjoint(learner.roles))
    )


def is_study(kind: str, passed: bool) -> bool:
    """Whether an entry is a person-time of study: an exam passed, a session attended, a day's practice; no waiver."""
    return kind == "practice" or (passed and kind != "waiver")


def may_read_record(person: Person, learner_id: str) -> bool:
    """One's own record, and everybody's for the training officer and the leading group."""
    return person.id == learner_id or bool(person.roles & {TRAINER, LEADER})
