"""Windows, late starts, delays and grades, and what is granted to single persons, as rules."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.quiz import operations
from contracts.roles import ALL_ROLES
from services.quiz.model import changing, overrides
from services.quiz.model import exam as rules
from services.quiz.model.grades import DEFAULT_SCALE, grade
from tests.integration.quiz.building import a_member

OPENS = datetime(2026, 3, 10, tzinfo=UTC)
CLOSES = OPENS + timedelta(days=1)
NOTHING = {
    "exempt": False,
    "extra_minutes": 0,
    "further_attempts": 0,
    "opens_at": None,
    "closes_at": None,
    "latest_start_at": None,
}
MOMENTS = st.integers(-60 * 24, 3 * 60 * 24).map(lambda minutes: OPENS + timedelta(minutes=minutes))
GRANTED = st.fixed_dictionaries(
    {
        "exempt": st.booleans(),
        "extra_minutes": st.integers(0, 600),
        "further_attempts": st.integers(0, 5),
        "opens_at": st.none() | MOMENTS,
        "closes_at": st.none() | MOMENTS,
        "latest_start_at": st.none() | MOMENTS,
    }
)


def an_exam(**fields):
    exam = {
        "opens_at": OPENS,
        "closes_at": CLOSES,
        "time_limit_minutes": 90,
        "attempts_allowed": 1,
        "pass_score": 60.0,
        "max_score": 100.0,
        "review": dict.fromkeys(("score", "correctness", "key", "explanation"), "after_close"),
    }
    return exam | fields


@given(GRANTED, MOMENTS)
def test_what_is_granted_to_one_is_nothing_to_another(granted, now):
    exam = an_exam(overrides={"one": granted})

    assert overrides.personal(exam, "other") == exam
    assert rules.to_start(overrides.personal(exam, "other"), now) == rules.to_start(an_exam(), now)


@given(GRANTED, MOMENTS)
def test_an_attempt_begun_within_a_personal_window_ends_within_it(granted, now):
    exam = overrides.personal(an_exam(overrides={"one": granted}), "one")

    if rules.to_start(exam, now) == rules.OPEN:
        assert exam["opens_at"] <= now < rules.due_at(exam, now) <= exam["closes_at"]
        assert exam["latest_start_at" if granted["latest_start_at"] else "closes_at"] >= now


@given(st.integers(0, 600), MOMENTS)
def test_more_minutes_never_move_a_deadline_earlier(minutes, now):
    exam = an_exam(overrides={"one": NOTHING | {"extra_minutes": minutes}})

    assert rules.due_at(overrides.personal(exam, "one"), now) >= rules.due_at(exam, now)


@given(st.dictionaries(st.sampled_from("abc"), GRANTED), MOMENTS)
def test_no_key_may_be_seen_while_anybody_may_still_answer(granted, now):
    exam = an_exam(overrides=granted)
    exam["shut_at"] = overrides.shut_at(exam)

    if rules.allowed(exam, "key", now):
        assert all(now >= rules.locks_at(exam, overrides.personal(exam, id)["closes_at"]) for id in (*granted, "other"))


def test_the_moment_of_the_latest_start_is_in_time_and_the_next_is_late():
    exam = an_exam(latest_start_at=OPENS + timedelta(minutes=15))

    assert rules.to_start(exam, OPENS + timedelta(minutes=15)) == rules.OPEN
    assert rules.to_start(exam, OPENS + timedelta(minutes=15, milliseconds=1)) == rules.LATE
    assert rules.to_start(exam, CLOSES) == rules.CLOSED


def test_another_window_is_not_bound_by_the_latest_start_of_the_others():
    granted = NOTHING | {"closes_at": CLOSES + timedelta(days=1)}
    exam = an_exam(latest_start_at=OPENS, overrides={"one": granted})

    assert rules.to_start(overrides.personal(exam, "one"), CLOSES + timedelta(hours=1)) == rules.OPEN


def test_a_cancelled_exam_and_an_exempted_person_have_nothing_to_start():
    assert rules.to_start(an_exam(cancelled_at=OPENS), OPENS) == rules.CANCELLED
    exempted = overrides.personal(an_exam(overrides={"one": NOTHING | {"exempt": True}}), "one")
    assert rules.to_start(exempted, OPENS) == rules.EXEMPT
    assert rules.state_for(exempted, CLOSES, begun=0, running=False) == rules.EXEMPT
    # Whoever is exempted in the middle may go on.
    assert rules.state_for(exempted, OPENS, begun=1, running=True) == rules.OPEN


@pytest.mark.parametrize(
    ("score", "name"),
    [(100, "优秀"), (90, "优秀"), (89.9, "良好"), (80, "良好"), (79.9, "合格"), (60, "合格"), (59.9, None)],
)
def test_the_usual_grades_begin_at_ninety_eighty_and_sixty(score, name):
    found = grade(DEFAULT_SCALE, score, 100)

    assert (found["name"] if found else None) == name


@given(st.integers(0, 1000), st.integers(0, 1000), st.integers(1, 1000))
def test_a_better_score_has_no_worse_grade(first, second, max_score):
    names = [step["name"] for step in DEFAULT_SCALE["steps"]] + [None]
    found = [grade(DEFAULT_SCALE, min(score, max_score), max_score) for score in sorted((first, second))]

    lower, higher = (names.index(one["name"] if one else None) for one in found)
    assert higher <= lower


@pytest.mark.parametrize(
    ("now", "changes", "refused"),
    [
        (OPENS - timedelta(seconds=1), {"attempts_allowed": 3, "opens_at": OPENS + timedelta(hours=1)}, []),
        (OPENS - timedelta(seconds=1), {"grace_seconds": 60}, []),
        (OPENS, {"attempts_allowed": 3}, ["attempts_allowed"]),
        (OPENS, {"grace_seconds": 60}, ["grace_seconds"]),
        (OPENS, {"title": "另一", "closes_at": CLOSES + timedelta(hours=1)}, []),
        (OPENS, {"closes_at": CLOSES - timedelta(hours=1)}, ["closes_at"]),
        (CLOSES, {"closes_at": CLOSES + timedelta(hours=1)}, ["closes_at"]),
        (CLOSES, {"title": "另一"}, []),
        (OPENS - timedelta(days=1), {"closes_at": OPENS}, ["closes_at"]),
        (OPENS - timedelta(days=1), {"pass_score": 101.0}, ["pass_score"]),
        (OPENS - timedelta(days=1), {"latest_start_at": CLOSES + timedelta(days=1)}, ["latest_start_at"]),
    ],
)
def test_what_may_be_changed_depends_on_whether_the_exam_is_open(now, changes, refused):
    try:
        changing.changed(an_exam(), changes, now)
        found = []
    except rules.InvalidExam as invalid:
        found = [error["field"] for error in invalid.errors]

    assert found == refused


@pytest.mark.parametrize("name", ["update_exam", "cancel_exam", "put_override", "list_overrides"])
@pytest.mark.parametrize("role", sorted(ALL_ROLES))
def test_only_trainers_change_exams_and_grant_anything_in_them(name, role):
    assert getattr(operations, name).allows(a_member(roles=frozenset({role}))) is (role == "trainer")
