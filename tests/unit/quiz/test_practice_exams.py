"""What an exam that is given as practice cannot have, and what is told of an answer in it."""

from datetime import date

import pytest

from services.quiz.model import practice_exam as rules
from services.quiz.model.retirement import why_not_asked

A_PRACTICE = {"mode": "practice", "required": False, "credits": 0.0, "make_up_of": None, "review": rules.SHOWN_AT_ONCE}
SINGLE = {
    "id": "single",
    "type": "single",
    "score": 2,
    "options": [],
    "answer": "B",
    "scoring": "all_or_nothing",
    "explanation": "解析",
    "legal_basis": None,
}
MULTIPLE = SINGLE | {"id": "multiple", "type": "multiple", "answer": ["A", "C"], "scoring": "partial", "score": 3}
BLANK = SINGLE | {"id": "blank", "type": "blank", "answer": ["1921"], "score": 4}
ESSAY = SINGLE | {"id": "essay", "type": "essay", "answer": None}


def stored(answer):
    return {"answer": answer, "sequence": 1, "saved_at": None}


def test_a_practice_has_nothing_that_counts_and_hides_nothing():
    assert rules.practice_errors(A_PRACTICE) == []
    wrong = {"required": True, "credits": 1.0, "make_up_of": "exam", "review": rules.SHOWN_AT_ONCE | {"key": "never"}}
    for name, value in wrong.items():
        assert [error["field"] for error in rules.practice_errors(A_PRACTICE | {name: value})] == [name]
    assert rules.practice_errors(A_PRACTICE | wrong | {"mode": "exam"}) == []
    assert rules.practice_errors({name: value for name, value in (A_PRACTICE | wrong).items() if name != "mode"}) == []


def test_each_question_that_cannot_be_practised_is_named_once_with_why():
    errors = rules.question_errors([SINGLE, ESSAY, MULTIPLE, SINGLE, ESSAY], {"single", "elsewhere"})

    assert [(error["parts"]["question_id"], error["message"]) for error in errors] == [
        ("essay", "paper.essay_in_practice"),
        ("single", "paper.question_withheld"),
    ]


@pytest.mark.parametrize(
    ("question", "answer", "score", "correct"),
    [
        (SINGLE, "B", 2, True),
        (SINGLE, "A", 0, False),
        (SINGLE, None, 0, False),
        (MULTIPLE, ["A"], 1.5, False),
        (MULTIPLE, ["A", "C"], 3, True),
        (BLANK, "１９２１", 4, True),
        (SINGLE | {"void": True}, "A", 2, True),
        (SINGLE | {"accepted": ["A"]}, "A", 2, True),
    ],
)
def test_feedback_says_what_grading_will_say(question, answer, score, correct):
    told = rules.feedback(question, stored(answer))

    assert (told["score"], told["correct"], told["key"]) == (score, correct, question["answer"])


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ({"state": "active"}, None),
        ({"state": "active", "valid_to": "2026-03-10"}, None),
        ({"state": "active", "valid_to": "2026-03-09"}, "paper.question_not_in_force"),
        ({"state": "active", "valid_from": "2026-03-11"}, "paper.question_not_in_force"),
        ({"state": "retired", "retired_because": "expired", "valid_to": "2026-03-09"}, "paper.question_not_in_force"),
        ({"state": "retired", "retired_because": "by_hand"}, "paper.question_retired"),
        ({"state": "retired"}, "paper.question_retired"),
        (None, "paper.question_gone"),
    ],
)
def test_why_a_question_cannot_be_asked_on_a_day_is_said(question, why):
    assert why_not_asked(question, date(2026, 3, 10)) == why
