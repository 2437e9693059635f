"""Statistics and hints once questions were corrected, of further tries, and of a question with two scores."""

import random
from datetime import timedelta

import pytest

from contracts.quiz import operations
from services.quiz.handlers import exam_statistics, hints, papers, questions
from tests.integration.quiz.building import (
    NOW,
    TRAINER,
    a_member,
    a_paper,
    a_question,
    an_exam,
    begin,
    by,
    grade,
    regrade,
    save,
    sit,
    submit,
)

QUESTIONS = 12


def statistics(store, exam, of="first"):
    request = {"exam_id": exam["id"], "attempts": of}
    return operations.exam_statistics.dump(exam_statistics.get(store, request, by(TRAINER)))


def hinted(store, exam):
    shown = operations.exam_hints.dump(hints.get(store, {"exam_id": exam["id"]}, by(TRAINER)))
    return [(hint["kind"], sorted(hint["person_ids"])) for hint in shown["items"]]


def test_a_further_key_is_a_right_option_in_the_figures(store):
    exam = an_exam(store, a_paper(store, [{"answer": "B"}]), pass_score=1)
    for answer in "BCCD":
        attempt = sit(store, exam, a_member(), (answer,))
    regrade(store, exam, {"question_id": attempt["questions"][0]["id"], "kind": "accept", "answer": "C"})

    (item,) = statistics(store, exam)["items"]

    assert item["facility"] == 0.75
    assert [option["key"] for option in item["options"] if option["right"]] == ["B", "C"]


def test_a_question_that_variants_ask_for_different_scores_is_measured_on_one_scale(store):
    for _ in range(2):
        questions.create(store, a_question(category="两种分值"), by(TRAINER))
    cells = [{"category": "两种分值", "count": 1, "score": score} for score in (1, 3)]
    request = {"title": "抽", "kind": "drawn", "blueprint": cells, "seed": 1, "variants": 20}
    exam = an_exam(store, papers.create(store, operations.create_paper.load(request), by(TRAINER)), pass_score=1)
    scores = {
        (question["id"], question["score"])
        for form in exam_statistics.forms_of(store, exam)
        for question in form["questions"]
    }
    assert len(scores) == 4
    for _ in range(16):
        sit(store, exam, a_member(), ("B", "B"))

    assert [item["facility"] for item in statistics(store, exam)["items"]] == [1.0, 1.0]


@pytest.fixture
def copied(store):
    """An exam whose wrong answers two share, and the changes that make each of these right, or no question."""
    chance, exam = random.Random(1), an_exam(store, a_paper(store, [{"answer": "A", "score": 1}] * QUESTIONS))
    shared = [chance.choice("BCD") for _ in range(QUESTIONS)]
    for _ in range(12):
        sit(store, exam, a_member(), [chance.choice("BCD") for _ in range(QUESTIONS)])
    pair = [a_member() for _ in range(2)]
    for person in pair:
        attempt = sit(store, exam, person, shared)
    asked = [question["id"] for question in attempt["questions"]]
    accepted = [{"question_id": id, "kind": "accept", "answer": key} for id, key in zip(asked, shared, strict=True)]
    void = [{"question_id": id, "kind": "void"} for id in asked]
    hint = ("similar", sorted(person.id for person in pair))
    return exam, hint, {"accept": accepted, "void": void}


@pytest.mark.parametrize("kind", ["accept", "void"])
def test_two_who_share_what_turned_out_to_be_no_mistake_are_no_hint_any_more(store, copied, kind):
    exam, hint, changes = copied
    assert hint in hinted(store, exam)

    regrade(store, exam, *changes[kind])

    assert hint not in hinted(store, exam)


def test_who_is_fast_at_a_second_try_knows_the_questions_and_is_no_hint(store):
    stems = [{"answer": "B", "score": 1, "stem": f"{'再考的长题干' * 10}{number}"} for number in range(8)]
    exam, person = an_exam(store, a_paper(store, stems), pass_score=1), a_member()
    for begun, seconds in ((NOW, 30), (NOW + timedelta(minutes=10), 1)):
        attempt = begin(store, exam, person, begun)
        for place in range(8):
            save(store, attempt, person, place, "B", now=begun + (place + 1) * timedelta(seconds=seconds))
        submit(store, attempt, person, begun + timedelta(minutes=10))
        grade(store, attempt)

    assert [names for _, names in hinted(store, exam) if person.id in names] == []


def test_of_several_tries_the_one_that_is_asked_for_is_counted_though_it_is_worse(store):
    exam, person = an_exam(store, a_paper(store, [{"answer": "B"}] * 2), pass_score=1), a_member()
    for answers in (("B", "A"), ("B", "B"), ("A", "A")):
        sit(store, exam, person, answers)

    means = {of: statistics(store, exam, of)["mean"] for of in ("first", "last", "highest", "all")}

    assert means == {"first": 2.0, "last": 0.0, "highest": 4.0, "all": 2.0}
