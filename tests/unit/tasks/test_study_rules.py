"""Study records: totals from entries, the daily cap, who must sit what, who reads whose record."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tasks.model.study import (
    Learner,
    RequiredExam,
    StudyEntry,
    capped_points,
    daily_cap,
    is_for,
    may_read_record,
    totals,
)
from tests.unit.tasks.builders import MORNING, somebody

LEARNER = Learner("p", ("bureau", "office"), "lawyers", frozenset({"member"}))


def exam(
    ref: str, *, passed: bool = True, required: bool = False, points: int = 8, at: datetime = MORNING
) -> StudyEntry:
    credits = 2.0 if passed else 0.0
    return StudyEntry("exam", ref, "测试", at, 88.0, credits, points, required, passed)


def required(ref: str, *, lines=(), units=(), roles=()) -> RequiredExam:
    return RequiredExam(ref, frozenset(lines), frozenset(units), frozenset(roles))


def test_required_and_elective_exams_are_counted_apart():
    entries = [exam("a", required=True), exam("b", required=True, passed=False), exam("c")]
    figures = totals(LEARNER, entries, [required("a"), required("b"), required("d")])
    assert (figures.required_done, figures.required_of) == (1, 3)
    assert (figures.elective_done, figures.elective_credits) == (1, 2.0)
    assert figures.credits == 4.0


def test_who_moved_away_keeps_what_was_done_where_it_was_required():
    figures = totals(LEARNER, [exam("a", required=True)], [required("a", lines=["notaries"])])
    assert (figures.required_done, figures.required_of) == (1, 1)


@pytest.mark.parametrize(
    ("audience", "fits"),
    [
        ({}, True),
        ({"lines": ["lawyers", "notaries"]}, True),
        ({"lines": ["notaries"]}, False),
        ({"units": ["bureau"]}, True),
        ({"units": ["district"]}, False),
        ({"roles": ["member"], "units": ["office"]}, True),
        ({"roles": ["handler"], "units": ["office"]}, False),
    ],
)
def test_an_exam_is_for_those_who_fit_every_list_that_is_not_empty(audience, fits):
    assert is_for(required("a", **audience), LEARNER) is fits


def test_points_of_one_day_are_capped_and_other_days_are_not_touched():
    cap = daily_cap(date(2026, 3, 2))
    one_day = [exam(str(number), points=10) for number in range(cap // 10 + 5)]
    assert capped_points(one_day) == cap
    assert capped_points([*one_day, exam("next", points=7, at=MORNING + timedelta(days=1))]) == cap + 7


def test_a_day_of_points_begins_at_midnight_in_the_bureau():
    late = datetime.fromisoformat("2026-03-02T15:30:00+00:00")
    entries = [exam(str(number), points=10, at=late) for number in range(4)]
    after_midnight = [exam(f"n{number}", points=10, at=late + timedelta(hours=1)) for number in range(4)]
    assert capped_points([*entries, *after_midnight]) == 60


@given(st.lists(st.tuples(st.integers(0, 10), st.integers(0, 5)), max_size=40))
def test_the_cap_never_gives_more_than_was_earned_and_order_does_not_matter(pairs):
    entries = [
        exam(str(number), points=points, at=MORNING + timedelta(days=day)) for number, (points, day) in enumerate(pairs)
    ]
    capped = capped_points(entries)
    assert capped <= sum(entry.points for entry in entries)
    assert capped == capped_points(reversed(entries))


def test_a_record_is_read_by_its_person_the_training_officer_and_leaders():
    member = somebody("member", id="p")
    assert may_read_record(member, "p")
    assert not may_read_record(member, "q")
    for role in ("trainer", "leader"):
        assert may_read_record(somebody(role), "q")
    for role in ("desk", "handler", "editor", "admin", "auditor", "custodian"):
        assert not may_read_record(somebody(role), "q")
