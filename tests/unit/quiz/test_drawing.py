"""Drawing a paper: the quota of every cell, no question twice, repeatable, and honest about what is short."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.quiz.model.paper import InvalidPaper, Item, draw, form_of, variant_for
from tests.unit.quiz.questions import a_single

CATEGORIES, TYPES, LINES = ["law", "political"], ["single", "blank"], ["lawyers", "notaries"]

items = st.builds(
    Item,
    id=st.integers(0, 10_000).map(str),
    type=st.sampled_from(TYPES),
    category=st.sampled_from(CATEGORIES),
    difficulty=st.integers(1, 3),
    lines=st.frozensets(st.sampled_from(LINES)),
)
pools = st.lists(items, max_size=25, unique_by=lambda item: item.id)
cells = st.fixed_dictionaries(
    {"count": st.integers(1, 5), "score": st.just(1)},
    optional={
        "type": st.sampled_from(TYPES),
        "category": st.sampled_from(CATEGORIES),
        "difficulty": st.integers(1, 3),
        "line": st.sampled_from(LINES),
    },
)
blueprints = st.lists(cells, min_size=1, max_size=4)
seeds = st.integers(0, 2**53)


def can_be_filled(blueprint, pool):
    """Hall's theorem: every set of cells finds as many questions as it wants."""
    for chosen in range(1, 2 ** len(blueprint)):
        some = [cell for place, cell in enumerate(blueprint) if chosen >> place & 1]
        if sum(any(item.fits(cell) for cell in some) for item in pool) < sum(cell["count"] for cell in some):
            return False
    return True


@given(blueprints, pools, seeds)
@settings(max_examples=150, deadline=None)
def test_a_draw_fills_every_cell_with_fitting_questions_exactly_when_that_is_possible(blueprint, pool, seed):
    if not can_be_filled(blueprint, pool):
        with pytest.raises(InvalidPaper) as refused:
            draw(blueprint, pool, seed)
        assert all(error["parts"]["found"] < error["parts"]["wanted"] for error in refused.value.errors)
        return
    drawn = draw(blueprint, pool, seed)
    by_id = {item.id: item for item in pool}
    assert [len(ids) for ids in drawn] == [cell["count"] for cell in blueprint]
    assert all(by_id[id].fits(cell) for cell, ids in zip(blueprint, drawn, strict=True) for id in ids)
    everything = [id for ids in drawn for id in ids]
    assert len(set(everything)) == len(everything)


@given(blueprints, pools, seeds, st.randoms())
@settings(max_examples=100, deadline=None)
def test_the_same_seed_draws_the_same_from_the_same_questions_in_any_order(blueprint, pool, seed, random):
    pool += [item for place, cell in enumerate(blueprint) for item in enough_for(cell, place)]
    shuffled = random.sample(pool, len(pool))

    assert draw(blueprint, shuffled, seed, 1) == draw(blueprint, pool, seed, 1)


def enough_for(cell, place):
    """Questions that fill the cell."""
    kind, category, level = cell.get("type", "single"), cell.get("category", "law"), cell.get("difficulty", 1)
    return [Item(f"{place}/{number}", kind, category, level, frozenset(LINES)) for number in range(cell["count"])]


def test_variants_and_seeds_draw_differently():
    pool = [Item(str(number), "single", "law", 1) for number in range(100)]
    blueprint = [{"count": 10, "score": 1}]

    draws = [draw(blueprint, pool, seed, variant) for seed in (1, 2) for variant in range(3)]

    assert len({tuple(cell) for (cell,) in draws}) == 6


def test_the_short_cell_is_named_with_what_it_wants_and_what_there_is():
    pool = [Item(str(number), "single", "law", 1) for number in range(3)]

    with pytest.raises(InvalidPaper) as refused:
        draw([{"count": 2, "score": 1}, {"category": "political", "count": 2, "score": 1}], pool, 1)

    assert refused.value.errors == [
        {
            "field": "blueprint.1",
            "message": "paper.cell_short",
            "parts": {"cell": 2, "wanted": 2, "found": 0},
        }
    ]


def test_a_paper_that_would_not_fit_into_one_document_is_refused():
    question = {"_id": "q", "revision": 1} | a_single(stem="题" * 4000, explanation="解" * 4000).as_fields()

    assert form_of([(question, 2.5)] * 300)["max_score"] == 750
    with pytest.raises(InvalidPaper):
        form_of([(question, 2.5)] * 500)


@given(st.uuids().map(str), st.integers(1, 20))
def test_a_person_gets_another_variant_at_each_try_until_all_were_seen(person, variants):
    seen = [variant_for(person, number, variants) for number in range(1, variants + 1)]

    assert sorted(seen) == list(range(variants))
