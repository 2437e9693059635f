"""Corrections of questions that were asked: what they make of a mark, and how one follows the other."""

import pytest

from services.quiz.model import grading, regrade
from services.quiz.model.attempt import marks_of
from services.quiz.model.regrade import InvalidRegrade
from tests.unit.quiz.questions import a_blank, a_multiple, a_single, an_essay, asked

SINGLE = asked(a_single("B", 4)) | {"id": "s"}
MULTIPLE = asked(a_multiple("AC", score=3, scoring="all_or_nothing")) | {"id": "m"}
BLANK = asked(a_blank(["1921"], score=4)) | {"id": "b"}
ESSAY = asked(an_essay(score=10)) | {"id": "e"}
QUESTIONS = {question["id"]: question for question in (SINGLE, MULTIPLE, BLANK, ESSAY)}


def after(*changes, before=None):
    return regrade.merged(before or {}, list(changes), QUESTIONS)


def marked(corrections, id, answer):
    return grading.mark(regrade.corrected(QUESTIONS[id], corrections.get(id)), answer)


def change(id, kind, **fields):
    return {"question_id": id, "kind": kind, **fields}


def test_another_key_takes_the_place_of_the_key():
    corrections = after(change("s", "key", answer="C"))

    assert [marked(corrections, "s", answer) for answer in ("B", "C", None)] == [0.0, 2.0, 0.0]


def test_a_further_key_is_right_as_well():
    corrections = after(change("s", "accept", answer="C"), change("b", "accept", answer=["一九二一"]))

    assert [marked(corrections, "s", answer) for answer in "ABC"] == [0.0, 2.0, 2.0]
    assert [marked(corrections, "b", answer) for answer in ("1921", "一九二一", "1922")] == [4.0, 4.0, 0.0]


def test_a_void_question_earns_everybody_its_score():
    corrections = after(*(change(id, "void") for id in "smbe"))

    for id, score in (("s", 2), ("m", 3), ("b", 4), ("e", 10)):
        assert [marked(corrections, id, answer) for answer in (None, "不对", ["D"])] == [score] * 3


def test_a_void_essay_earns_its_score_whatever_a_marker_gave():
    void = regrade.corrected(ESSAY, {"void": True})

    assert marks_of([void], {"e": {"answer": "论述"}}, {"e": 3.0}) == {"e": 10.0}
    assert marks_of([ESSAY], {"e": {"answer": "论述"}}, {"e": 3.0}) == {"e": 3.0}


def test_partial_credit_is_given_and_taken():
    partly = after(change("m", "scoring", scoring="partial"))
    again = after(change("m", "scoring", scoring="all_or_nothing"), before=partly)

    assert [marked(corrections, "m", ["A"]) for corrections in ({}, partly, again)] == [0.0, 1.5, 0.0]


def test_corrections_follow_each_other_and_leave_the_first_as_they_were():
    first = after(change("s", "accept", answer="C"))
    second = after(change("s", "accept", answer="D"), before=first)
    third = after(change("s", "key", answer="A"), before=second)

    assert [marked(second, "s", answer) for answer in "ABCD"] == [0.0, 2.0, 2.0, 2.0]
    assert [marked(third, "s", answer) for answer in "ABCD"] == [2.0, 0.0, 0.0, 0.0]
    assert first == {"s": {"accepted": ["C"]}}


def test_a_form_is_corrected_in_a_copy():
    form = {"_id": "f", "questions": [SINGLE, BLANK], "max_score": 6.0}

    corrected = regrade.corrected_form(form, {"s": {"answer": "C"}})

    assert [question["answer"] for question in corrected["questions"]] == ["C", ["1921"]]
    assert form["questions"][0]["answer"] == "B"
    assert regrade.corrected_form(form, {}) is form


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ([change("x", "void")], ["changes.0.question_id"]),
        (
            [change("s", "key", answer="Z"), change("s", "void"), change("b", "key")],
            ["changes.0.answer", "changes.2.answer"],
        ),
        ([change("e", "key", answer="文")], ["changes.0.kind"]),
        ([change("s", "scoring", scoring="partial")], ["changes.0.kind"]),
        ([change("m", "scoring")], ["changes.0.scoring"]),
        ([change("b", "accept", answer=[["一"], ["二"]])], ["changes.0.answer"]),
    ],
)
def test_what_cannot_be_corrected_is_named(changes, fields):
    with pytest.raises(InvalidRegrade) as refused:
        after(*changes)

    assert [error["field"] for error in refused.value.errors] == fields
