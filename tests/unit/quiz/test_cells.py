"""What a cell of a blueprint asks of a question, said here by hand: draws and accounts are checked by what fits."""

import pytest

from services.quiz.model.feasibility import account
from services.quiz.model.paper import InvalidPaper, Item, draw

QUESTION = Item("q", "single", "law", 2, frozenset({"lawyers", "notaries"}))
OF_ALL_LINES = Item("a", "single", "law", 2)
FITTING = {"type": "single", "category": "law", "difficulty": 2, "line": "notaries"}
OTHER = {"type": "multiple", "category": "warning", "difficulty": 3, "line": "corrections"}


def a_cell(**named):
    return {"count": 1, "score": 1, **named}


def test_a_cell_that_names_nothing_is_free_and_one_that_names_all_is_met_by_what_has_all():
    assert QUESTION.fits(a_cell())
    assert QUESTION.fits(a_cell(**FITTING))


@pytest.mark.parametrize("name", FITTING)
def test_everything_that_a_cell_names_must_be_met(name):
    assert QUESTION.fits(a_cell(**{name: FITTING[name]}))
    assert not QUESTION.fits(a_cell(**{name: OTHER[name]}))
    assert not QUESTION.fits(a_cell(**FITTING | {name: OTHER[name]}))


def test_a_quota_of_a_line_is_not_filled_with_questions_of_no_line():
    assert not OF_ALL_LINES.fits(a_cell(line="lawyers"))


@pytest.mark.parametrize("name", FITTING)
def test_a_cell_is_short_though_the_bank_has_enough_of_everything_else(name):
    cell = a_cell(**FITTING | {name: OTHER[name]})

    (row,) = account([cell], [QUESTION, OF_ALL_LINES]).cells
    assert (row.available, row.short) == (0, 1)
    with pytest.raises(InvalidPaper):
        draw([cell], [QUESTION, OF_ALL_LINES], seed=1)
