"""Scales of grades that an exam may have: each step begins below the one before it."""

import pytest

from services.quiz.model.changing import grade_errors
from services.quiz.model.grades import DEFAULT_SCALE, grade


def a_scale(*starts):
    steps = [
        {"name": f"第{place}档", "english": f"step {place}", "from_percent": at} for place, at in enumerate(starts)
    ]
    return {"version": "1", "source": "本所", "steps": steps}


@pytest.mark.parametrize("starts", [(60.0, 90.0), (90.0, 60.0, 80.0), (80.0, 80.0)])
def test_a_scale_with_a_step_that_nobody_reaches_is_refused(starts):
    assert [error["field"] for error in grade_errors({"grades": a_scale(*starts)})] == ["grades.steps"]


@pytest.mark.parametrize("scale", [None, DEFAULT_SCALE, a_scale(100.0), a_scale(95.0, 0.0)])
def test_every_other_scale_is_taken(scale):
    assert grade_errors({"grades": scale}) == []


@pytest.mark.parametrize(
    ("score", "max_score", "english"), [(3.51, 3.9, "excellent"), (5.85, 6.5, "excellent"), (6.93, 7.7, "excellent")]
)
def test_a_score_that_is_ninety_percent_to_the_hundredth_is_excellent(score, max_score, english):
    found = grade(DEFAULT_SCALE, score, max_score)

    assert found is not None
    assert found["english"] == english
