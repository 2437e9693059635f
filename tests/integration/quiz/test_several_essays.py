"""Attempts with several essays, and markers by the rules of their exam."""

from dataclasses import replace

import pytest

from contracts.quiz import operations
from services.quiz.handlers import marking, papers, questions
from tests.integration.quiz.building import (
    TRAINER,
    a_member,
    a_paper,
    a_question,
    an_exam,
    by,
    mark_essay,
    sit,
    standing_of,
)

ESSAY = {"type": "essay", "options": [], "answer": None, "score": 10}


def give(store, attempt, place, marker, **given):
    request = {"attempt_id": attempt["id"], "question_id": attempt["questions"][place]["id"], **given}
    call = by(replace(TRAINER, id=f"several-{marker}"))
    return marking.mark_answer(store, operations.mark_answer.load(request), call)


def test_the_marks_of_all_essays_count_and_the_attempt_waits_for_the_last(store):
    exam, person = an_exam(store, a_paper(store, [ESSAY, ESSAY, {"answer": "B"}])), a_member()
    attempt = sit(store, exam, person, ("第一篇", "第二篇", "B"))

    assert mark_essay(store, attempt, 0, score=7)["unmarked"] == 1
    assert standing_of(store, exam, person) is None
    assert mark_essay(store, attempt, 1, score=4)["unmarked"] == 0

    assert list(store.attempts.get(attempt["id"])["marks"].values()) == [7.0, 4.0, 2.0]
    assert standing_of(store, exam, person)["score"] == 13.0


@pytest.mark.parametrize(("threshold", "state"), [(0.1, "submitted"), (0.4, "graded")])
def test_the_exam_says_from_where_on_two_marks_are_far_apart(store, threshold, state):
    rules = {"markers": 2, "threshold": threshold}
    exam, person = an_exam(store, a_paper(store, [ESSAY]), marking=rules), a_member()
    attempt = sit(store, exam, person, ("论述",))

    give(store, attempt, 0, "first", score=4)
    give(store, attempt, 0, "second", score=7)

    assert store.attempts.get(attempt["id"])["state"] == state
    if state == "submitted":
        give(store, attempt, 0, "third", score=7)
    assert store.attempts.get(attempt["id"])["score"] == (5.5 if state == "graded" else 7.0)


def test_an_essay_is_marked_out_of_what_the_paper_asks_it_for(store):
    rubric = [{"text": "观点", "score": 4}, {"text": "论证", "score": 6}]
    questions.create(store, a_question(**ESSAY, rubric=rubric, category="论述折算"), by(TRAINER))
    cells = [{"category": "论述折算", "count": 1, "score": 20}]
    request = operations.create_paper.load({"title": "抽", "kind": "drawn", "blueprint": cells})
    exam, person = an_exam(store, papers.create(store, request, by(TRAINER)), pass_score=12), a_member()
    attempt = sit(store, exam, person, ("论述",))

    mark_essay(store, attempt, 0, points=[3, 4])

    standing = standing_of(store, exam, person)
    assert (standing["score"], standing["passed"]) == (14.0, True)
