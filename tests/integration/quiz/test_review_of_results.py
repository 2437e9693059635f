"""What is shown of a result, everywhere it is shown, and by the rules as they are at that moment."""

from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.quiz import operations
from services.quiz.handlers import attempts, exam_changes, exams
from services.quiz.store import QuizStore
from tests.integration.quiz.building import CLOSES, MINUTE, NOW, TRAINER, a_member, an_exam, by, look, sit

ALL = ("score", "correctness", "key", "explanation")
AFTERWARDS = CLOSES + MINUTE
# What of a reviewed answer each rule opens.
OPENED = {
    "correctness": {"score", "max_score", "correct"},
    "key": {"key"},
    "explanation": {"explanation", "legal_basis"},
}


def mine(store, exam, person, now=NOW):
    page = operations.my_exams.dump(exams.mine(store, {"limit": 200, "cursor": None}, by(person, now)))
    return next(item for item in page["items"] if item["id"] == exam["id"])


@pytest.mark.parametrize("rule", ["after_close", "never"])
def test_a_score_that_is_held_back_is_nowhere_nor_what_follows_from_it(store, rule):
    exam, person = an_exam(store, review=dict.fromkeys(ALL, rule)), a_member()
    attempt = sit(store, exam, person)

    for shown in (look(store, attempt, person), mine(store, exam, person)):
        assert (shown["score"], shown["passed"], shown["grade"]) == (None, None, None)

    expected = (7.5, True, "pass") if rule == "after_close" else (None, None, None)
    for shown in (look(store, attempt, person, AFTERWARDS), mine(store, exam, person, AFTERWARDS)):
        grade = shown["grade"]
        assert (shown["score"], shown["passed"], grade["english"] if grade else None) == expected


@pytest.mark.parametrize("what", OPENED)
def test_each_rule_opens_its_own_part_of_the_review_and_no_other(store, what):
    review = dict.fromkeys(ALL, "never") | {what: "immediately"}
    exam, person = an_exam(store, review=review), a_member()
    attempt = sit(store, exam, person)

    seen = look(store, attempt, person)

    assert (seen["score"], seen["grade"]) == (None, None)
    for answer in seen["review"]:
        assert answer.keys() - {"question_id", "answer"} == OPENED[what]


def test_a_rule_that_another_process_has_closed_is_closed_at_once(store):
    elsewhere = QuizStore(store.client, store.db.name.removesuffix(store.database_name))
    exam, person = an_exam(store, review=dict.fromkeys(ALL, "immediately")), a_member()
    attempt = sit(elsewhere, exam, person)
    assert look(elsewhere, attempt, person)["review"][0]["key"] == "B"

    closed = {"exam_id": exam["id"], "expected_version": None, "review": dict.fromkeys(ALL, "never")}
    exam_changes.update(store, operations.update_exam.load(closed), by(TRAINER))

    seen = look(elsewhere, attempt, person)
    assert (seen["score"], seen["review"]) == (None, None)


def test_a_trainer_who_sits_an_exam_looks_back_on_it_as_anybody(store):
    author = replace(TRAINER, id="trainer-who-sits")
    exam = an_exam(store, review=dict.fromkeys(ALL, "after_close"))
    attempt = sit(store, exam, author)

    seen = look(store, attempt, author)

    assert (seen["score"], seen["review"]) == (None, None)
    of_others = attempts.get(store, {"attempt_id": attempt["id"]}, by(TRAINER, NOW + timedelta(minutes=1)))
    assert of_others["score"] == 7.5
