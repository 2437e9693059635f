"""No answer key leaves the server before the review rules allow it: over every answer to a taker, and every event."""

import json
from datetime import timedelta

import pytest

from contracts.quiz import operations
from contracts.quiz.operations.questions import BANK_ROLES
from contracts.roles import TRAINER as TRAINER_ROLE
from services.quiz.handlers import attempts, exam_changes, exams, feedback, media, practice, wrong_questions
from services.quiz.model.practice_exam import NoFeedback, QuestionsWithheld
from tests.integration.quiz.building import (
    CLOSES,
    NOW,
    OPENS,
    TRAINER,
    a_member,
    a_paper,
    an_exam,
    begin,
    by,
    grade,
    mark_essay,
    regrade,
    save,
    standing_of,
    submit,
)
from tests.integration.quiz.practising import FULL, a_bank, told_graded

# Planted where only keys and explanations stand, so that finding one anywhere is a leak.
PLANTED = (
    *("钥匙填空甲", "钥匙填空乙", "钥匙论述", "钥匙解析", "钥匙依据"),
    *("钥匙要点", "钥匙论证", "钥匙评语", "钥匙理由", "钥匙更正"),
)
PICTURE = {"place": "stem", "id": "picture", "alt": "国徽"}
QUESTIONS = (
    {"answer": "B", "explanation": "钥匙解析", "legal_basis": "钥匙依据", "media": [PICTURE]},
    {"type": "blank", "options": [], "answer": [["钥匙填空甲"], ["钥匙填空乙"]], "explanation": "钥匙解析"},
    {
        "type": "essay",
        "options": [],
        "answer": "钥匙论述",
        "legal_basis": "钥匙依据",
        "rubric": [{"text": "钥匙要点", "score": 1}, {"text": "钥匙论证", "score": 1}],
    },
)
NAMES_OF_KEYS = {"key", "correct", "explanation", "legal_basis", "answer_key", "scoring", "marks", "rubric", "accepted"}
FOR_TAKERS = [
    operations.my_exams,
    operations.start_attempt,
    operations.save_answer,
    operations.submit_attempt,
    operations.tell_answer,
    operations.get_attempt,
    operations.get_attempt_media,
    operations.get_practice,
    operations.get_practice_media,
    operations.answer_practice,
    operations.list_wrong_questions,
    operations.remove_wrong_question,
]
# They tell keys of questions that no exam holds back.
OF_OTHER_QUESTIONS = {
    operations.get_practice,
    operations.answer_practice,
    operations.list_wrong_questions,
    operations.tell_answer,
}


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
    assert_nothing_planted(answer)


def assert_nothing_planted(answer):
    told = json.dumps(answer, ensure_ascii=False, default=str)
    assert not [planted for planted in PLANTED if planted in told]


def everything_a_taker_is_told(store, exam, person):
    """Every operation that is open to takers, before, while and after sitting, as it leaves the service."""
    mine = {"limit": 200, "cursor": None}
    earlier = OPENS - timedelta(days=1)
    yield operations.my_exams, exams.mine(store, mine, by(person, earlier))
    yield from everything_in_practice(store, person, earlier)
    attempt = begin(store, exam, person)
    change_for_the_person(store, exam, person)
    id = {"attempt_id": attempt["id"]}
    yield operations.start_attempt, attempt
    yield operations.get_attempt_media, media.get_in_attempt(store, id | {"media_id": PICTURE["id"]}, by(person))
    yield operations.save_answer, save(store, attempt, person, 0, "A", 2)
    yield operations.save_answer, save(store, attempt, person, 0, "C", 1)
    yield from everything_told_of_answers(store, attempt, person)
    save(store, attempt, person, 2, "论述", 3)
    yield operations.start_attempt, begin(store, exam, person)
    yield operations.get_attempt, attempts.get(store, id, by(person))
    yield operations.submit_attempt, submit(store, attempt, person)
    yield operations.get_attempt, attempts.get(store, id, by(person))
    grade(store, attempt)
    # Marks for the essay, so that the attempt is graded and looked back upon.
    yield operations.get_attempt, attempts.get(store, id, by(person))
    mark_essay(store, attempt, 2, points=[1, 1], comment="钥匙评语")
    correct = {"question_id": attempt["questions"][0]["id"], "kind": "accept", "answer": "A"}
    regrade(store, exam, correct, reason="钥匙理由", notice="钥匙更正")
    if standing_of(store, exam, person):
        wrong_questions.let_enter(store, [told_graded(store, exam, person)])
    for now in (NOW, CLOSES - timedelta(seconds=1), CLOSES + timedelta(seconds=4)):
        yield operations.get_attempt, attempts.get(store, id, by(person, now))
        yield operations.my_exams, exams.mine(store, mine, by(person, now))
        yield from everything_in_practice(store, person, now)


def everything_told_of_answers(store, attempt, person):
    """Nothing in the exam; in a practice, of questions that no exam asks, all of it."""
    asked = {"attempt_id": attempt["id"], "question_id": attempt["questions"][0]["id"]}
    with pytest.raises(NoFeedback):
        feedback.tell(store, asked, by(person))
    practised = begin(store, an_exam(store, mode="practice", credits=None), person)
    save(store, practised, person, 0, "A")
    asked = {"attempt_id": practised["id"], "question_id": practised["questions"][0]["id"]}
    yield operations.tell_answer, feedback.tell(store, asked, by(person))


def change_for_the_person(store, exam, person):
    """A grant and another title, so that the events of changed exams are walked too."""
    given = {"exam_id": exam["id"], "person_id": person.id, "extra_minutes": 1, "reason": "钥匙理由"}
    exam_changes.grant(store, operations.put_override.load(given), by(TRAINER))
    exam_changes.update(store, {"exam_id": exam["id"], "expected_version": None, "title": "另一"}, by(TRAINER))


def everything_in_practice(store, person, now):
    """The set, an answer to each of its questions, and the book, before and after it is filled."""
    call = by(person, now)
    yield operations.get_practice, practice.today(store, FULL, call)
    for question in practice.today(store, FULL, call)["questions"]:
        if "media" in question["question"]:
            asked = {"question_id": question["question"]["id"], "media_id": PICTURE["id"]}
            yield operations.get_practice_media, practice.picture(store, asked, call)
        given = {"question_id": question["question"]["id"], "answer": None, "sequence": 1}
        yield operations.answer_practice, practice.answer(store, operations.answer_practice.load(given), call)
    wrong_questions.take_in(store, now)
    for state in ("active", "retired"):
        filter = operations.list_wrong_questions.load({"state": state, "limit": 200})
        yield operations.list_wrong_questions, wrong_questions.list_page(store, filter, call)
        for item in wrong_questions.list_page(store, filter, call)["items"][:1]:
            known = {"question_id": item["question"]["id"]}
            yield operations.remove_wrong_question, wrong_questions.remove(store, known, call)


def everything_that_is_published(store, exam, person, attempt):
    for day in store.db["practice_days"].find({"person_id": person.id}):
        yield from day["outbox"]
    yield from store.db["exams"].find_one({"_id": exam["id"]})["outbox"]
    yield from store.attempts.get(attempt)["outbox"]
    yield from (standing_of(store, exam, person) or {}).get("outbox", [])


@pytest.fixture(autouse=True)
def picture(store):
    store.media.add(
        PICTURE["id"], b"a picture", {"media_type": "image/png", "width": 1, "height": 1, "added_at": NOW}, NOW
    )


@pytest.fixture(params=["after_close", "never"])
def planted(request, store):
    # Something that may be practised, beside it.
    a_bank(store, media=[PICTURE])
    review = dict.fromkeys(("score", "correctness", "key", "explanation"), request.param)
    return an_exam(store, a_paper(store, QUESTIONS), review=review, pass_score=1)


def test_no_answer_to_a_taker_and_no_event_holds_a_key(store, planted, capfd):
    person, asked = a_member(), set()

    for operation, answer in everything_a_taker_is_told(store, planted, person):
        asked.add(operation)
        told = operation.dump(answer) if operation.response else answer
        if operation in OF_OTHER_QUESTIONS:
            assert_nothing_planted(told)
        else:
            assert_no_key(told)

    # An operation that is open to takers and not asked above would pass unseen.
    assert asked == set(FOR_TAKERS)
    attempt = store.attempts.latest(person.id, planted["id"])["_id"]
    for event in everything_that_is_published(store, planted, person, attempt):
        assert_no_key(event)
    assert_nothing_planted("".join(capfd.readouterr()))


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


def test_no_key_of_a_practice_leaves_once_an_exam_asks_its_questions(store):
    paper, person = a_paper(store, QUESTIONS[:2]), a_member()
    exam = an_exam(store, paper, mode="practice", credits=None, pass_score=1)
    done = begin(store, exam, person)
    submit(store, done, person)
    grade(store, done)
    attempt = begin(store, exam, person)
    save(store, attempt, person, 0, "A")
    asked = {"attempt_id": attempt["id"], "question_id": attempt["questions"][0]["id"]}
    assert feedback.tell(store, asked, by(person))["key"] == "B"

    an_exam(store, paper, pass_score=1)

    with pytest.raises(QuestionsWithheld):
        feedback.tell(store, asked, by(person))
    wrong_questions.take_in(store, NOW)
    for told in (
        operations.start_attempt.dump(begin(store, exam, person)),
        operations.get_attempt.dump(attempts.get(store, {"attempt_id": attempt["id"]}, by(person))),
        operations.get_attempt.dump(attempts.get(store, {"attempt_id": done["id"]}, by(person))),
        operations.my_exams.dump(exams.mine(store, {"limit": 200, "cursor": None}, by(person))),
        operations.submit_attempt.dump(submit(store, attempt, person)),
    ):
        assert_no_key(told)


def test_every_other_operation_is_closed_to_takers():
    open_to_takers = {
        name
        for name in operations.__all__
        if name.islower() and getattr(operations, name).allows(a_member(roles=frozenset({"member", "handler"})))
    }

    assert open_to_takers == {operation.name for operation in FOR_TAKERS}
    assert {TRAINER_ROLE} == BANK_ROLES
