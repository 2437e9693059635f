"""No answer key leaves the server before the review rules allow it: over every answer to a taker, and every event."""

import json
from datetime import timedelta

import pytest

from contracts.quiz import operations
from contracts.quiz.operations.questions import BANK_ROLES
from contracts.roles import TRAINER as TRAINER_ROLE
from services.quiz.handlers import attempts, exams
from tests.integration.quiz.building import (
    CLOSES,
    NOW,
    OPENS,
    a_member,
    a_paper,
    an_exam,
    begin,
    by,
    grade,
    save,
    standing_of,
    submit,
)

# Planted where only keys and explanations stand, so that finding one anywhere is a leak.
PLANTED = ("钥匙填空甲", "钥匙填空乙", "钥匙论述", "钥匙解析", "钥匙依据")
QUESTIONS = (
    {"answer": "B", "explanation": "钥匙解析", "legal_basis": "钥匙依据"},
    {"type": "blank", "options": [], "answer": [["钥匙填空甲"], ["钥匙填空乙"]], "explanation": "钥匙解析"},
    {"type": "essay", "options": [], "answer": "钥匙论述", "legal_basis": "钥匙依据"},
)
NAMES_OF_KEYS = {"key", "correct", "explanation", "legal_basis", "answer_key", "scoring", "marks"}
FOR_TAKERS = [
    operations.my_exams,
    operations.start_attempt,
    operations.save_answer,
    operations.submit_attempt,
    operations.get_attempt,
]


def walk(value):
    """Every name and every text within; the letter of an option is no answer key."""
    if isinstance(value, dict) and value.keys() == {"key", "text"}:
        yield value["text"]
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)
    else:
        yield str(value)


def assert_no_key(answer):
    found = set(walk(answer))
    assert not found & NAMES_OF_KEYS
    assert not [planted for planted in PLANTED if planted in json.dumps(answer, ensure_ascii=False, default=str)]


def everything_a_taker_is_told(store, exam, person):
    """Every operation that is open to takers, before, while and after sitting, as it leaves the service."""
    mine = {"limit": 200, "cursor": None}
    yield operations.my_exams.dump(exams.mine(store, mine, by(person, OPENS - timedelta(days=1))))
    attempt = begin(store, exam, person)
    id = {"attempt_id": attempt["id"]}
    yield operations.start_attempt.dump(attempt)
    yield operations.save_answer.dump(save(store, attempt, person, 0, "A", 2))
    yield operations.save_answer.dump(save(store, attempt, person, 0, "C", 1))
    yield operations.start_attempt.dump(begin(store, exam, person))
    yield operations.get_attempt.dump(attempts.get(store, id, by(person)))
    yield operations.submit_attempt.dump(submit(store, attempt, person))
    yield operations.get_attempt.dump(attempts.get(store, id, by(person)))
    grade(store, attempt)
    for now in (NOW, CLOSES - timedelta(seconds=1), CLOSES + timedelta(seconds=4)):
        yield operations.get_attempt.dump(attempts.get(store, id, by(person, now)))
        yield operations.my_exams.dump(exams.mine(store, mine, by(person, now)))


def everything_that_is_published(store, exam, person, attempt):
    yield from store.db["exams"].find_one({"_id": exam["id"]})["outbox"]
    yield from store.attempts.get(attempt)["outbox"]
    yield from (standing_of(store, exam, person) or {}).get("outbox", [])


@pytest.fixture(params=["after_close", "never"])
def planted(request, store):
    review = dict.fromkeys(("score", "correctness", "key", "explanation"), request.param)
    return an_exam(store, a_paper(store, QUESTIONS), review=review, pass_score=1)


def test_no_answer_to_a_taker_and_no_event_holds_a_key(store, planted):
    person = a_member()
    told = list(everything_a_taker_is_told(store, planted, person))

    assert len(told) == 14
    for answer in told:
        assert_no_key(answer)
    for event in everything_that_is_published(store, planted, person, told[1]["id"]):
        assert_no_key(event)


def test_the_keys_are_there_to_be_found_when_they_may_be_seen(store):
    exam = an_exam(
        store,
        a_paper(store, QUESTIONS[:2]),
        review={"key": "immediately", "explanation": "immediately"},
        pass_score=1,
    )
    person = a_member()
    attempt = begin(store, exam, person)
    submit(store, attempt, person)
    grade(store, attempt)

    seen = operations.get_attempt.dump(attempts.get(store, {"attempt_id": attempt["id"]}, by(person)))

    assert {"钥匙填空甲", "钥匙填空乙", "钥匙解析", "钥匙依据"} <= set(walk(seen))


def test_every_other_operation_is_closed_to_takers():
    open_to_takers = {
        name
        for name in operations.__all__
        if name.islower() and getattr(operations, name).allows(a_member(roles=frozenset({"member", "handler"})))
    }

    assert open_to_takers == {operation.name for operation in FOR_TAKERS}
    assert {TRAINER_ROLE} == BANK_ROLES
