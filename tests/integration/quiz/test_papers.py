"""Papers on a real bank: a blueprint is tried before it is kept, and a seed draws the same again."""

import pytest

from contracts.quiz import operations
from services.quiz.handlers import papers, questions
from services.quiz.model.paper import InvalidPaper
from tests.integration.quiz.building import TRAINER, a_question, an_exam, by
from tests.support.explaining import BY_READING_ALL, asked, stages

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
