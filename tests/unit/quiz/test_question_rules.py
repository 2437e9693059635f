"""What makes a question one that can be asked, and when two are the same."""

from datetime import date

import pytest
from hypothesis import given, settings

from services.quiz.model.attempt import asked as as_asked
from services.quiz.model.folding import stem_key
from services.quiz.model.question import InvalidQuestion, content_of, in_force
from tests.unit.quiz.questions import LIBRARY, a_blank, asked, contents, the_options


def refused(**fields):
    with pytest.raises(InvalidQuestion) as refusal:
        content_of(LIBRARY | fields)
    return [(error["field"], error["message"]) for error in refusal.value.errors]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"options": the_options(1), "answer": "A"}, ("options", "question.too_few_options")),
        ({"options": the_options(3)[1:], "answer": "B"}, ("options", "question.option_keys")),
        (
            {"options": [{"key": key, "text": "同"} for key in "AB"], "answer": "A"},
            ("options", "question.equal_options"),
        ),
        ({"options": the_options(3), "answer": "D"}, ("answer", "question.answer_single")),
        ({"options": the_options(3), "answer": None}, ("answer", "question.answer_single")),
        (
            {"type": "multiple", "options": the_options(3), "answer": []},
            ("answer", "question.answer_multiple"),
        ),
        (
            {"type": "multiple", "options": the_options(3), "answer": "AB"},
            ("answer", "question.answer_multiple"),
        ),
        ({"type": "true_false", "answer": "对"}, ("answer", "question.answer_true_false")),
        (
            {"type": "true_false", "options": the_options(2), "answer": True},
            ("options", "question.options_not_here"),
        ),
        ({"type": "blank", "answer": []}, ("answer", "question.answer_blank")),
        ({"type": "blank", "answer": [["x"], []]}, ("answer", "question.answer_blank")),
        ({"type": "blank", "answer": "a\x00b"}, ("answer", "question.answer_blank")),
        ({"type": "essay", "answer": 5}, ("answer", "question.answer_essay")),
        (
            {"type": "essay", "valid_from": "2026-02-01", "valid_to": "2026-01-01"},
            ("valid_to", "question.valid_to_before_valid_from"),
        ),
        ({"type": "essay", "tags": ["甲、乙"]}, ("tags", "question.separator_in_word")),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_by_name(fields, error):
    assert refused(**fields) == [error]


@given(contents())
@settings(max_examples=40, deadline=None)
def test_the_normal_form_of_a_question_is_its_own_normal_form(content):
    assert content_of(content.as_fields()) == content


@pytest.mark.parametrize(
    ("given", "normal"),
    [("1921", ["1921"]), (["a", "b", "a"], ["a", "b"]), ([["a"]], ["a"]), ([["a"], ["b"]], [["a"], ["b"]])],
)
def test_the_key_of_a_blank_may_be_given_in_short(given, normal):
    assert a_blank(given).answer == normal


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("宪法日是哪一天？", "宪法日是哪一天"),
        ("宪法日是哪一天？", " 宪法日 是哪一天 ( ) "),
        ("ABC１２３", "abc123"),
        ("依据《宪法》____。", "依据《宪法》__"),
    ],
)
def test_stems_that_differ_in_signs_only_are_the_same(one, other):
    assert stem_key(one) == stem_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("宪法日是哪天", "宪法日是哪一天"), ("甲____乙", "甲乙____"), ("1+1", "1-1"), ("？", "！")],
)
def test_other_stems_are_others(one, other):
    assert stem_key(one) != stem_key(other)


@pytest.mark.parametrize(
    ("fields", "today", "drawn"),
    [
        ({}, date(2026, 1, 1), True),
        ({"valid_to": "2026-01-01"}, date(2026, 1, 1), True),
        ({"valid_to": "2026-01-01"}, date(2026, 1, 2), False),
        ({"valid_from": "2026-01-02"}, date(2026, 1, 1), False),
        ({"state": "retired"}, date(2026, 1, 1), False),
    ],
)
def test_a_question_is_drawn_while_its_law_is_in_force(fields, today, drawn):
    assert in_force(fields, today) is drawn


@given(contents())
@settings(max_examples=40, deadline=None)
def test_what_is_asked_tells_nothing_of_the_key(content):
    shown = as_asked(asked(content))

    assert shown.keys() <= {"id", "type", "stem", "options", "score", "blanks", "media"}
    assert all(option.keys() == {"key", "text"} for option in shown["options"])
