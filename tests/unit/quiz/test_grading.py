"""What an answer earns: nothing for nothing, everything for the key, never more, never less than nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.quiz.model.grading import InvalidAnswer, Shape, mark, total
from services.quiz.model.question import blanks_of
from tests.unit.quiz.questions import (
    a_blank,
    a_multiple,
    a_single,
    a_true_false,
    an_essay,
    asked,
    contents,
    texts,
)

some = settings(max_examples=50, deadline=None)
# The forms with a tolerance among those that are drawn, and a number within each.
TOLERANT = {"3.14±0.01": "3.14", "-5±0.5": "-5"}
MARKED_BY_MACHINE = ("single", "multiple", "true_false", "blank")


def right_answer(content):
    if content.type != "blank":
        return content.answer
    return [TOLERANT.get(forms[0], forms[0]) for forms in blanks_of(content.answer)]


@st.composite
def answers_to(draw, content):
    """Any answer that the question's shape takes."""
    keys = st.sampled_from([key for key, _ in content.options] or ["A"])
    blanks = len(blanks_of(content.answer)) if content.type == "blank" else 1
    by_type = {
        "single": keys,
        "multiple": st.lists(keys, min_size=1, unique=True),
        "true_false": st.booleans(),
        "blank": st.lists(texts(30), min_size=blanks, max_size=blanks),
    }
    return draw(st.none() | by_type[content.type])


@given(contents(types=MARKED_BY_MACHINE))
@some
def test_the_key_earns_the_whole_score_and_no_answer_nothing(content):
    assert mark(asked(content), right_answer(content)) == content.score
    assert mark(asked(content), None) == 0


@given(st.data())
@some
def test_no_answer_earns_less_than_nothing_or_more_than_the_score(data):
    content = data.draw(contents(types=MARKED_BY_MACHINE))
    question = asked(content)
    answer = Shape.of(question).check(data.draw(answers_to(content)))

    assert 0 <= mark(question, answer) <= content.score


@given(st.data())
@some
def test_grading_is_repeatable(data):
    content = data.draw(contents(types=MARKED_BY_MACHINE))
    answer = data.draw(answers_to(content))

    assert mark(asked(content), answer) == mark(asked(content), answer)


@pytest.mark.parametrize(
    ("scoring", "chosen", "score"),
    [
        ("all_or_nothing", ["A", "B", "C"], 3),
        ("all_or_nothing", ["A", "B"], 0),
        ("partial", ["A", "B", "C"], 3),
        ("partial", ["A", "B"], 2),
        ("partial", ["A"], 1),
        ("partial", ["A", "D"], 0),
        ("partial", ["A", "B", "C", "D"], 0),
    ],
)
def test_an_incomplete_choice_earns_its_share_only_where_configured_and_a_wrong_one_nothing(scoring, chosen, score):
    question = asked(a_multiple(["A", "B", "C"], score=3, scoring=scoring))

    assert mark(question, chosen) == score


def test_each_of_several_blanks_earns_its_share_unless_configured_otherwise():
    blanks = [["1921"], ["嘉兴", "南湖"], ["7"]]

    assert mark(asked(a_blank(blanks, score=2)), ["1921", "南湖", "8"]) == 1.33
    assert mark(asked(a_blank(blanks, score=2, scoring="all_or_nothing")), ["1921", "南湖", "8"]) == 0


@pytest.mark.parametrize(
    ("forms", "answer"),
    [
        (["ABC123"], "ａｂｃ１２３"),
        (["习近平法治思想"], " 习近平 法治思想 "),
        (["《民法典》"], "<民法典>"),
        (["１２月４日"], "12月4日"),
        (["1921", "一九二一"], "一九二一"),
        (["3"], "3.0"),
        (["3.14±0.01"], "3.15"),
        (["3.14±0.01"], "３．１３"),
        (["-5±0.5"], "−5.5"),
        (["15"], "+15"),
    ],
)
def test_a_blank_accepts_every_spelling_of_an_accepted_form(forms, answer):
    assert mark(asked(a_blank(forms)), answer) == 2


@pytest.mark.parametrize(
    ("forms", "answer"),
    [
        (["3.14±0.01"], "3.1501"),
        (["3.14±0.01"], "3.14±0.02"),
        (["1921"], "1922"),
        (["15"], "15个"),
        (["a"], "b"),
    ],
)
def test_a_blank_accepts_nothing_else(forms, answer):
    assert mark(asked(a_blank(forms)), answer) == 0


def test_an_essay_waits_for_a_person_unless_nothing_was_written():
    assert mark(asked(an_essay()), "论述") is None
    assert mark(asked(an_essay()), None) == 0


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        (a_single(), "Z"),
        (a_single(), ["A"]),
        (a_single(), 1),
        (a_single(), {"$gt": ""}),
        (a_multiple(), "A"),
        (a_multiple(), ["A", "Z"]),
        (a_multiple(), [["A"]]),
        (a_true_false(), "true"),
        (a_true_false(), 1),
        (a_blank(["x"]), 5),
        (a_blank(["x"]), ["x", "y"]),
        (a_blank([["x"], ["y"]]), "x"),
        (a_blank(["x"]), "x" * 501),
        (a_blank(["x"]), "\ud800"),
        (an_essay(), "x" * 20_001),
        (an_essay(), ["x"]),
    ],
)
def test_an_answer_of_another_shape_is_refused(content, answer):
    with pytest.raises(InvalidAnswer):
        Shape.of(asked(content)).check(answer)


@pytest.mark.parametrize(("content", "answer"), [(a_multiple(), []), (a_blank(["x"]), " "), (an_essay(), "\n")])
def test_an_empty_answer_is_no_answer(content, answer):
    assert Shape.of(asked(content)).check(answer) is None


@given(st.lists(st.integers(0, 10_000).map(lambda hundredths: hundredths / 100), max_size=100))
def test_scores_add_up_exactly(scores):
    assert total(scores) == sum(round(score * 100) for score in scores) / 100
