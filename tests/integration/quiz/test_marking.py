"""Grading on a real database: what was handed in is marked once, counted once, told once, whatever is repeated."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.quiz.handlers import exams, grading, questions
from tests.integration.quiz.building import (
    CLOSES,
    NOW,
    SOME_ANSWERS,
    SOME_SCORE,
    TRAINER,
    a_member,
    a_paper,
    an_exam,
    begin,
    by,
    grade,
    look,
    save,
    sit,
    standing_of,
    submit,
    submitted,
)

AFTERWARDS = CLOSES + timedelta(minutes=1)


def told(standing):
    return [event["data"] for event in standing["outbox"]]


def test_what_was_handed_in_is_marked_and_told_with_what_counts(store, exam):
    person = a_member()
    attempt = sit(store, exam, person)

    document = store.attempts.get(attempt["id"])
    standing = standing_of(store, exam, person)
    (event,) = told(standing)
    assert (document["state"], document["score"]) == ("graded", SOME_SCORE)
    assert list(document["marks"].values()) == [2.0, 1.5, 0.0, 4.0]
    assert event == event | {
        "attempt_id": attempt["id"],
        "exam_id": exam["id"],
        "exam_title": "三月测试",
        "person_id": person.id,
        "number": 1,
        "score": SOME_SCORE,
        "attempt_score": SOME_SCORE,
        "max_score": 10.0,
        "passed": True,
        "credits": 2.0,
        "points": 7,
        "required": False,
    }


def test_grading_again_changes_nothing(store, exam):
    person = a_member()
    attempt = sit(store, exam, person)
    before = store.attempts.get(attempt["id"]), standing_of(store, exam, person)

    grade(store, attempt)
    grade(store, attempt, attempt)

    assert (store.attempts.get(attempt["id"]), standing_of(store, exam, person)) == before


def test_a_crash_between_marking_and_counting_is_made_good_by_the_next_delivery(store, exam, monkeypatch):
    person = a_member()
    attempt = begin(store, exam, person)
    submit(store, attempt, person)
    with monkeypatch.context() as crash:
        crash.setattr(store.standings, "insert_many", lambda _: (_ for _ in ()).throw(ConnectionError))
        with pytest.raises(ConnectionError):
            grade(store, attempt)
    graded_at = store.attempts.get(attempt["id"])["graded_at"]
    assert standing_of(store, exam, person) is None

    grade(store, attempt)

    assert store.attempts.get(attempt["id"])["graded_at"] == graded_at
    assert len(told(standing_of(store, exam, person))) == 1


@pytest.mark.parametrize(
    ("rule", "scores"),
    [
        ("highest", [7.5, 7.5, 7.5]),
        ("last", [7.5, 0.0, 2.0]),
        ("first", [7.5] * 3),
        ("average", [7.5, 3.75, 3.17]),
    ],
)
def test_each_attempt_tells_what_counts_of_all(store, rule, scores):
    exam, person = an_exam(store, grading=rule), a_member()

    for answers in (SOME_ANSWERS, (), ("B",)):
        sit(store, exam, person, answers)

    standing = standing_of(store, exam, person)
    assert [event["score"] for event in told(standing)] == scores
    assert [event["attempt_score"] for event in told(standing)] == [7.5, 0.0, 2.0]
    assert [event["sequence"] for event in standing["outbox"]] == [1, 2, 3]


def test_two_attempts_of_one_person_in_one_group_are_both_counted(store, exam):
    person = a_member()
    handed_in = []
    for answer in ("A", "B"):
        attempt = begin(store, exam, person)
        save(store, attempt, person, 0, answer)
        submit(store, attempt, person)
        handed_in.append(attempt)

    grade(store, *handed_in)

    standing = standing_of(store, exam, person)
    assert [mark["score"] for mark in standing["marks"].values()] == [0.0, 2.0]
    assert len(told(standing)) == 2


def test_an_event_of_an_attempt_that_is_not_there_is_passed_over(store, exam):
    person = a_member()
    attempt = begin(store, exam, person)
    submit(store, attempt, person)
    event = submitted(store.attempts.get(attempt["id"]))
    store.db["attempts"].delete_one({"_id": attempt["id"]})

    grading.grade(store, [event])

    assert standing_of(store, exam, person) is None


def test_the_attempt_keeps_the_questions_as_they_were_when_the_exam_was_made(store):
    paper = a_paper(store)
    exam, person = an_exam(store, paper), a_member()
    id = paper["question_ids"][0]
    change = {"question_id": id, "expected_version": 1, "stem": "改过的题干", "answer": "D"}
    questions.update(store, change, by(TRAINER))

    attempt = sit(store, exam, person, ("B",))

    assert attempt["questions"][0]["stem"] != "改过的题干"
    assert store.attempts.get(attempt["id"])["score"] == 2.0


def test_the_review_opens_as_its_rules_say(store):
    review = {
        "score": "immediately",
        "correctness": "immediately",
        "key": "after_close",
        "explanation": "never",
    }
    exam, person = an_exam(store, review=review), a_member()
    attempt = sit(store, exam, person)

    during, after = look(store, attempt, person), look(store, attempt, person, AFTERWARDS)

    assert (during["score"], during["passed"]) == (SOME_SCORE, True)
    assert [answer["correct"] for answer in during["review"]] == [True, False, False, True]
    assert all("key" not in answer for answer in during["review"])
    assert [answer["key"] for answer in after["review"]] == ["B", ["A", "C"], False, ["1921", "一九二一"]]
    assert all("explanation" not in answer for answer in after["review"])


def test_nothing_of_the_result_is_shown_before_it_may_be(store):
    exam, person = (
        an_exam(store, review=dict.fromkeys(("score", "correctness", "key"), "after_close")),
        a_member(),
    )
    attempt = sit(store, exam, person)

    seen = look(store, attempt, person)

    assert (seen["state"], seen["score"], seen["passed"], seen["review"]) == ("graded", None, None, None)
    assert seen["questions"] == []
    assert len(seen["answers"]) == 4


def mine(store, exam, person, now=NOW):
    page = exams.mine(store, {"limit": 200, "cursor": None}, by(person, now))
    return next((item for item in page["items"] if item["id"] == exam["id"]), None)


def test_my_exams_tell_what_is_left_and_what_counts(store, exam):
    person = a_member()
    assert mine(store, exam, person)["state"] == "open"
    sit(store, exam, person)
    running = begin(store, exam, person)

    now = mine(store, exam, person)
    assert (now["attempts_left"], now["running_attempt_id"], now["score"], now["passed"]) == (
        1,
        running["id"],
        SOME_SCORE,
        True,
    )
    assert mine(store, exam, person, AFTERWARDS)["state"] == "sat"
    assert mine(store, exam, a_member(), AFTERWARDS)["state"] == "missed"
    assert mine(store, exam, a_member(), NOW - timedelta(days=9))["state"] == "upcoming"


def test_exams_for_others_are_not_mine_unless_i_have_sat_them(store):
    exam, person = an_exam(store, audience={"units": ["district"], "roles": ["member"]}), a_member()
    sit(store, exam, person)
    moved = a_member(unit_path=("bureau", "elsewhere"))

    assert mine(store, exam, person)["state"] == "open"
    assert mine(store, exam, moved) is None
    assert mine(store, exam, replace(person, unit_path=("bureau", "elsewhere")))["attempt_ids"]
