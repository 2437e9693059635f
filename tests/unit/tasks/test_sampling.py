"""Sampling re-review: a draw by lot that can be repeated, in which every unit has its share; and who judges."""

from collections import Counter
from math import ceil, floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.tasks.model.refusals import Forbidden
from services.tasks.model.sampling import Size, check_re_reviewer, draw, judged_inadequate, lot, share
from tests.unit.tasks.builders import DESK, HANDLER, LEADER, MORNING, SUPERVISOR, File, somebody

POPULATIONS = st.dictionaries(st.text(max_size=3), st.integers(0, 60), max_size=8).map(
    lambda sizes: {unit: [f"{unit}-{number}" for number in range(count)] for unit, count in sizes.items()}
)
SIZES = st.one_of(st.builds(Size, percent=st.integers(1, 100)), st.builds(Size, count=st.integers(1, 200)))


@settings(max_examples=200, deadline=None)
@given(POPULATIONS, SIZES, st.text(min_size=1, max_size=8))
def test_a_draw_has_the_size_asked_for_and_of_each_unit_at_least_one_and_its_share(population, size, seed):
    drawn = draw(population, size, seed)
    total = sum(map(len, population.values()))
    units = {unit: len(ids) for unit, ids in population.items() if ids}
    assert len(drawn) == min(total, max(len(units), size.of(total)))
    assert len(set(drawn)) == len(drawn)
    by_unit = Counter(id.rpartition("-")[0] for id in drawn)
    assert set(by_unit) == set(units)
    if total > len(units):
        for unit, closed in units.items():
            beyond_one = (len(drawn) - len(units)) * (closed - 1) / (total - len(units))
            assert 1 + floor(beyond_one) <= by_unit[unit] <= 1 + ceil(beyond_one)


@settings(max_examples=100, deadline=None)
@given(POPULATIONS, SIZES, st.randoms())
def test_the_same_seed_draws_the_same_cases_in_whatever_order_they_come(population, size, random):
    units = list(population)
    random.shuffle(units)
    shuffled = {unit: random.sample(population[unit], len(population[unit])) for unit in units}
    assert draw(shuffled, size, "seed") == draw(population, size, "seed")


def test_another_seed_draws_others():
    population = {"office": [f"case-{number}" for number in range(1000)]}
    one, other = (set(draw(population, Size(percent=10), seed)) for seed in ("one", "other"))
    assert len(one) == len(other) == 100
    assert len(one & other) < 50


def test_a_draw_can_be_repeated_with_pencil_and_sha256():
    # printf 'seed\ncase-1' | sha256sum
    assert lot("seed", "case-1").hex().startswith("465e77")


def test_every_case_is_as_likely_as_any_other():
    population = {"office": [f"case-{number}" for number in range(20)]}
    drawn = Counter(id for seed in range(1000) for id in draw(population, Size(count=5), str(seed)))
    assert all(200 <= drawn[id] <= 300 for id in population["office"])


def test_a_unit_with_few_closings_keeps_its_one_beside_a_large_one():
    assert share({"large": 990, "small": 10, "none": 0}, Size(percent=10)) == {"large": 98, "small": 2, "none": 0}
    assert share({"large": 990, "small": 10}, Size(count=1)) == {"large": 1, "small": 1}


def test_whoever_had_a_part_does_not_judge_the_handling():
    case = File().closed().case
    for person in (HANDLER, LEADER):
        with pytest.raises(Forbidden):
            check_re_reviewer(case, person)
    check_re_reviewer(case, SUPERVISOR)


def test_what_was_found_inadequate_is_handled_anew_with_every_guard_to_be_satisfied_again():
    file = File().closed()
    entry = judged_inadequate(file.case, 1, SUPERVISOR, MORNING, "处理畸轻")
    assert (entry.by_id, entry.why, entry.to_state) == (SUPERVISOR.id, "处理畸轻", "registered")
    file.add(entry)
    assert (file.case.round, file.case.findings, file.case.reviewer_id) == (2, (), None)
    assert file.act("accept", DESK).case.state == "accepted"


@pytest.mark.parametrize("change", ["reopened", "closed again"])
def test_a_judgement_on_a_handling_that_does_not_count_any_more_changes_nothing(change):
    file = File().closed().act("reopen", DESK, reason="新线索")
    if change == "closed again":
        file.closed()
    assert judged_inadequate(file.case, 1, SUPERVISOR, MORNING, "处理畸轻") is None


def test_a_supervisor_who_reviewed_the_case_does_not_judge_that_review():
    reviewer = somebody("supervisor", id="reviewer")
    file = File().concluded().act("tell_result", HANDLER).act("confirm_adequate", reviewer, reason="适当")
    file.act("close", DESK)
    with pytest.raises(Forbidden):
        check_re_reviewer(file.case, reviewer)
    check_re_reviewer(file.case, SUPERVISOR)
