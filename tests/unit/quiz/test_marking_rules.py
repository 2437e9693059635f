"""What two or three marks come to, and what a rubric allows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.quiz.model import marking
from services.quiz.model.marking import InvalidMark

RUBRIC = [{"text": "观点", "score": 4.0}, {"text": "论证", "score": 6.0}]


@pytest.mark.parametrize(
    ("scores", "markers", "expected"),
    [
        ([], 1, ("waiting", None)),
        ([7.0], 1, ("done", 7.0)),
        ([7.0], 2, ("waiting", None)),
        ([7.0, 9.0], 2, ("done", 8.0)),
        ([9.0, 7.0], 2, ("done", 8.0)),
        ([7.0, 9.01], 2, ("third", None)),
        ([7.0, 8.25], 2, ("done", 7.63)),
        ([2.0, 8.0, 7.0], 2, ("done", 7.5)),
        ([8.0, 2.0, 3.0], 2, ("done", 2.5)),
        ([2.0, 8.0, 5.0], 2, ("done", 5.0)),
        ([2.0, 8.0, 10.0], 2, ("done", 9.0)),
    ],
)
def test_marks_come_to_a_score(scores, markers, expected):
    assert marking.outcome(scores, markers, 0.2, 10.0) == expected


marks = st.integers(0, 1000).map(lambda hundredths: hundredths / 100)


@given(first=marks, second=marks, third=marks)
def test_a_score_lies_between_the_marks_and_the_first_two_may_change_places(first, second, third):
    state, score = marking.outcome([first, second], 2, 0.2, 10.0)
    assert (state, score) == marking.outcome([second, first], 2, 0.2, 10.0)
    if state == "third":
        assert marking.outcome([second, first, third], 2, 0.2, 10.0) == marking.outcome(
            [first, second, third], 2, 0.2, 10.0
        )
        _, score = marking.outcome([first, second, third], 2, 0.2, 10.0)
    assert min(first, second, third) <= score <= max(first, second, third)


def test_points_follow_the_rubric_in_proportion_to_what_the_paper_asks_the_question_for():
    assert marking.score_given({"rubric": RUBRIC, "max_score": 10.0}, None, [3.5, 6.0]) == 9.5
    assert marking.score_given({"rubric": RUBRIC, "max_score": 5.0}, None, [3.5, 6.0]) == 4.75
    assert marking.score_given({"rubric": [], "max_score": 5.0}, 4.0, None) == 4.0


@pytest.mark.parametrize(
    ("rubric", "score", "points"),
    [
        (RUBRIC, 9.0, None),
        (RUBRIC, None, [4.0]),
        (RUBRIC, None, [4.5, 0.0]),
        (RUBRIC, None, []),
        (RUBRIC, 9.0, [4.0, 5.0]),
        ([], None, None),
        ([], 10.5, None),
        ([], 5.0, [5.0]),
    ],
)
def test_points_that_do_not_fit_are_refused(rubric, score, points):
    with pytest.raises(InvalidMark):
        marking.score_given({"rubric": rubric, "max_score": 10.0}, score, points)


def test_exams_of_before_have_one_marker():
    assert marking.rules_of({}) == (1, 0.2)
    assert marking.rules_of({"marking": {"markers": 2, "threshold": 0.1}}) == (2, 0.1)
