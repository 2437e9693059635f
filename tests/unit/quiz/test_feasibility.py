"""What a blueprint finds in the bank: exact although cells compete, and every shortage proved by counting."""

from hypothesis import given, settings

from services.quiz.model.feasibility import Shortage, account
from services.quiz.model.paper import Item
from tests.unit.quiz.test_drawing import blueprints, can_be_filled, pools


def a_pool(**counts):
    return [Item(f"{category}{n}", "single", category, 1) for category, count in counts.items() for n in range(count)]


@given(blueprints, pools)
@settings(max_examples=150, deadline=None)
def test_a_blueprint_is_feasible_exactly_when_every_set_of_cells_finds_enough(blueprint, pool):
    found = account(blueprint, pool)

    assert found.feasible == can_be_filled(blueprint, pool)
    assert found.feasible == (not any(row.short for row in found.cells))


@given(blueprints, pools)
@settings(max_examples=150, deadline=None)
def test_every_shortage_is_proved_by_its_own_cells_and_accounts_for_all_that_is_missing(blueprint, pool):
    found = account(blueprint, pool)

    for shortage in found.shortages:
        cells = [blueprint[cell - 1] for cell in shortage.cells]
        assert shortage.wanted == sum(cell["count"] for cell in cells)
        assert shortage.available == sum(any(item.fits(cell) for cell in cells) for item in pool)
        assert shortage.short == sum(found.cells[cell - 1].short for cell in shortage.cells) > 0
    named = [cell for shortage in found.shortages for cell in shortage.cells]
    assert len(named) == len(set(named))
    assert {row.cell for row in found.cells if row.short} <= set(named)


def test_cells_that_want_the_same_questions_are_named_together_and_others_are_not():
    blueprint = [
        {"category": "law", "count": 2, "score": 1},
        {"category": "law", "type": "single", "count": 2, "score": 1},
        {"category": "political", "count": 2, "score": 1},
    ]

    found = account(blueprint, a_pool(law=3, political=2))

    assert [(row.wanted, row.available) for row in found.cells] == [(2, 3), (2, 3), (2, 2)]
    assert sorted(row.short for row in found.cells) == [0, 0, 1]
    assert found.shortages == (Shortage((1, 2), 4, 3),)


def test_cells_that_are_short_each_for_itself_are_named_apart():
    blueprint = [{"category": name, "count": 3, "score": 1} for name in ("law", "political")]

    found = account(blueprint, a_pool(law=1, political=2))

    assert [(shortage.cells, shortage.short) for shortage in found.shortages] == [((1,), 2), ((2,), 1)]
