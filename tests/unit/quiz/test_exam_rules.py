"""When an exam can be sat, by whom, what may be seen of it when, and which attempt counts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.call import Actor
from services.quiz.model import exam as rules
from services.quiz.model.attempt import Saved, SequenceTaken, stands_against
from services.quiz.model.standing import counted, standing

OPENS = datetime(2026, 3, 10, tzinfo=UTC)
CLOSES = OPENS + timedelta(days=1)
SECOND = timedelta(seconds=1)


def an_exam(**fields):
    exam = {
        "opens_at": OPENS,
        "closes_at": CLOSES,
        "time_limit_minutes": 90,
        "attempts_allowed": 3,
        "pass_score": 60.0,
        "max_score": 100.0,
        "credits": 2.0,
        "grading": "highest",
        "review": {
            "score": "immediately",
            "correctness": "after_close",
            "key": "after_close",
            "explanation": "never",
        },
    }
    return exam | fields


def scored(*scores):
    return {str(number): {"number": number, "score": score} for number, score in enumerate(scores, start=1)}


@pytest.mark.parametrize(
    ("moment", "state"),
    [(OPENS - SECOND, "upcoming"), (OPENS, "open"), (CLOSES - SECOND, "open"), (CLOSES, "closed")],
)
def test_an_exam_is_open_from_its_opening_until_before_its_closing(moment, state):
    assert rules.window(an_exam(), moment) == state


def test_a_late_start_ends_with_the_exam():
    assert rules.due_at(an_exam(), OPENS) == OPENS + timedelta(minutes=90)
    assert rules.due_at(an_exam(), CLOSES - timedelta(minutes=10)) == CLOSES


@pytest.mark.parametrize(
    ("audience", "fits"),
    [
        ({}, True),
        ({"lines": ["lawyers"]}, True),
        ({"lines": ["notaries"]}, False),
        ({"units": ["district"]}, True),
        ({"units": ["elsewhere"]}, False),
        ({"roles": ["member", "handler"]}, True),
        ({"roles": ["leader"]}, False),
        ({"lines": ["lawyers"], "units": ["elsewhere"]}, False),
    ],
)
def test_a_person_is_in_the_audience_who_fits_every_list_that_is_not_empty(audience, fits):
    person = Actor("p", "某", frozenset({"member"}), "branch", ("bureau", "district", "branch"), "lawyers")

    assert rules.is_for({"lines": [], "units": [], "roles": []} | audience, person) is fits


def test_what_waits_for_the_close_waits_for_the_last_answer_too():
    exam = an_exam()

    assert rules.allowed(exam, "score", OPENS)
    assert not rules.allowed(exam, "key", CLOSES + SECOND)
    assert rules.allowed(exam, "key", CLOSES + rules.GRACE)
    assert not rules.allowed(exam, "explanation", CLOSES + timedelta(days=999))


@pytest.mark.parametrize("seconds", [0, 5, 600])
def test_an_exam_has_a_grace_of_its_own(seconds):
    exam = an_exam(grace_seconds=seconds)

    assert rules.locks_at(exam, CLOSES) == CLOSES + timedelta(seconds=seconds)
    assert not rules.allowed(exam, "key", CLOSES + timedelta(seconds=seconds) - timedelta(milliseconds=1))
    assert rules.allowed(exam, "key", CLOSES + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("moment", "begun", "running", "state"),
    [
        (OPENS - SECOND, 0, False, "upcoming"),
        (OPENS, 0, False, "open"),
        (OPENS, 3, False, "sat"),
        (OPENS, 3, True, "open"),
        (OPENS, 2, False, "open"),
        (CLOSES, 2, False, "sat"),
        (CLOSES, 0, False, "missed"),
        (CLOSES + SECOND, 1, True, "open"),
    ],
)
def test_an_exam_stands_as_there_is_something_left_to_do(moment, begun, running, state):
    assert rules.state_for(an_exam(), moment, begun, running) == state


@pytest.mark.parametrize(("grading", "score"), [("highest", 91.0), ("first", 55.5), ("last", 70.0), ("average", 72.17)])
def test_the_grading_rule_says_which_attempt_counts(grading, score):
    assert standing(an_exam(grading=grading), scored(55.5, 91.0, 70.0)).score == score


@pytest.mark.parametrize(("grading", "number"), [("highest", 2), ("first", 1), ("last", 4), ("average", 4)])
def test_of_several_highest_the_earliest_attempt_counts_and_of_an_average_the_last(grading, number):
    assert counted(an_exam(grading=grading), scored(55.5, 91.0, 91.0, 70.0))["number"] == number


@given(
    st.permutations([10.0, 20.0, 70.0]),
    st.sampled_from(["highest", "first", "last", "average"]),
    st.randoms(),
)
def test_the_order_in_which_attempts_are_graded_changes_nothing(scores, grading, random):
    marks = scored(*scores)
    shuffled = dict(random.sample(list(marks.items()), len(marks)))

    assert standing(an_exam(grading=grading), shuffled) == standing(an_exam(grading=grading), marks)


@pytest.mark.parametrize(
    ("score", "passed", "credits", "points"),
    [(59.99, False, 0.0, 5), (60.0, True, 2.0, 6), (100.0, True, 2.0, 10), (0.0, False, 0.0, 0)],
)
def test_credits_are_for_passing_and_points_for_what_was_mastered(score, passed, credits, points):
    counts = standing(an_exam(), scored(score))

    assert (counts.passed, counts.credits, counts.points) == (passed, credits, points)


def test_a_save_that_comes_too_late_learns_what_is_stored():
    stored = Saved("B", 7, OPENS)

    assert stands_against(stored, "A", 6) == stored
    assert stands_against(stored, "B", 7) == stored


def test_two_devices_with_one_sequence_are_not_both_told_that_they_are_stored():
    with pytest.raises(SequenceTaken):
        stands_against(Saved("B", 7, OPENS), "A", 7)
