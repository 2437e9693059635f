"""Papers on a real bank: a blueprint is tried before it is kept, and a seed draws the same again."""

from datetime import timedelta

import pytest

from contracts.quiz import operations
from services.quiz.handlers import papers, questions
from services.quiz.model.exam import InvalidExam
from services.quiz.model.paper import InvalidPaper
from tests.integration.quiz.building import CLOSES, NOW, TRAINER, a_paper, a_question, an_exam, by
from tests.support.explaining import BY_READING_ALL, asked, stages

DAY = timedelta(days=1)
CELLS = [
    {"category": "试抽", "count": 2, "score": 1},
    {"category": "试抽", "difficulty": 2, "count": 2, "score": 1},
]


@pytest.fixture(scope="module")
def bank(store):
    """Three questions of a category, two of them harder; and one whose law is repealed."""
    for difficulty, fields in ((1, {}), (2, {}), (2, {}), (2, {"valid_to": "2020-01-01"})):
        request = a_question(category="试抽", difficulty=difficulty, **fields)
        questions.create(store, request, by(TRAINER))


def tried(store, cells):
    request = operations.paper_feasibility.load({"blueprint": cells})
    return operations.paper_feasibility.dump(papers.feasibility(store, request, by(TRAINER)))


def a_drawn_paper(store, cells, **fields):
    request = operations.create_paper.load({"title": "抽", "kind": "drawn", "blueprint": cells} | fields)
    return papers.create(store, request, by(TRAINER))


def test_a_blueprint_that_is_short_names_the_cells_that_compete_and_is_refused_as_a_paper(store, bank):
    found = tried(store, CELLS)

    assert not found["feasible"]
    assert [(cell["wanted"], cell["available"]) for cell in found["cells"]] == [(2, 3), (2, 2)]
    assert found["shortages"] == [{"cells": [1, 2], "wanted": 4, "available": 3, "short": 1}]
    with pytest.raises(InvalidPaper):
        a_drawn_paper(store, CELLS)


def test_what_is_feasible_is_drawn_the_same_by_the_same_seed(store, bank):
    cells = [CELLS[0] | {"count": 1}, CELLS[1] | {"count": 1}]
    assert tried(store, cells) | {"cells": []} == {"feasible": True, "cells": [], "shortages": []}

    exams = [an_exam(store, a_drawn_paper(store, cells, seed=7, variants=2), pass_score=1) for _ in range(2)]

    first, second = (
        [[question["id"] for question in store.exams.form(f"{exam['id']}.{n}")["questions"]] for n in range(2)]
        for exam in exams
    )
    assert first == second


def test_a_blueprint_is_tried_by_an_index(watched, recorder, bank):
    tried(watched, CELLS)

    commands = asked(recorder)
    assert commands
    for command in commands:
        assert not stages(watched.db, command) & BY_READING_ALL, command


def retire(store, id):
    questions.update(store, {"question_id": id, "expected_version": None, "state": "retired"}, by(TRAINER))


def refused_as(store, paper, **fields):
    """Place and code of each question that stands against an exam on the paper."""
    with pytest.raises(InvalidPaper) as refusal:
        an_exam(store, paper, pass_score=1, **fields)
    assert {error["field"] for error in refusal.value.errors} == {"paper_id"}
    return [(error["parts"]["place"], error["message"]) for error in refusal.value.errors]


def test_an_exam_is_refused_with_every_question_of_its_paper_that_was_retired_or_repealed(store):
    paper = a_paper(store, [{}, {"valid_to": "2026-03-11"}, {}, {}])
    retire(store, paper["question_ids"][2])
    store.db["questions"].delete_one({"_id": paper["question_ids"][3]})

    later = {"opens_at": (NOW + 2 * DAY).isoformat(), "closes_at": (NOW + 3 * DAY).isoformat()}

    assert refused_as(store, paper) == [(3, "paper.question_retired"), (4, "paper.question_gone")]
    # Its law is in force today, and not any more when the exam opens.
    assert refused_as(store, paper, **later)[0] == (2, "paper.question_not_in_force")
    questions.retire_expired(store, NOW + 3 * DAY)
    assert refused_as(store, paper)[0] == (2, "paper.question_not_in_force")


def test_what_is_retired_is_left_out_by_choice_and_the_exam_says_so(store):
    paper = a_paper(store, [{}, {"score": 3}, {}])
    retire(store, paper["question_ids"][1])

    exam = an_exam(store, paper, pass_score=1, leave_out_retired=True)

    first, out, third = paper["question_ids"]
    assert [question["id"] for question in store.exams.form(f"{exam['id']}.0")["questions"]] == [first, third]
    shown = operations.get_exam.dump(exam)
    assert (shown["left_out"], shown["question_count"], shown["max_score"]) == ([out], 2, 4)
    with pytest.raises(InvalidExam):
        an_exam(store, paper, pass_score=5, leave_out_retired=True)


def test_a_paper_of_which_nothing_is_left_makes_no_exam(store):
    paper = a_paper(store, [{}])
    retire(store, paper["question_ids"][0])

    assert refused_as(store, paper, leave_out_retired=True) == [(1, "paper.question_retired")]


def test_nothing_is_left_out_of_a_paper_as_it_was_made(store):
    assert an_exam(store, closes_at=CLOSES.isoformat(), leave_out_retired=True)["left_out"] == []
