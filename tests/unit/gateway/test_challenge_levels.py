"""How hard a proof of work is: never easier under more load, never harder than the hardest level."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.challenges.levels import LEVELS, level, pressure

loads = st.floats(min_value=0, allow_nan=False, allow_infinity=True)


@given(loads, loads)
def test_more_load_is_never_easier(one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert level(less).max_number <= level(more).max_number
    assert pressure(less) <= pressure(more)


@given(loads)
def test_every_load_has_a_level_of_the_table(load: float) -> None:
    assert level(load) in LEVELS
    assert 0 <= pressure(load) <= len(LEVELS)


@given(st.floats(min_value=0, max_value=1))
def test_what_is_free_is_no_pressure(load: float) -> None:
    assert pressure(load) == 0


def test_the_table_grows_and_each_level_begins_at_its_load() -> None:
    assert [entry.load for entry in LEVELS] == sorted({entry.load for entry in LEVELS})
    assert [entry.max_number for entry in LEVELS] == sorted({entry.max_number for entry in LEVELS})
    assert LEVELS[0].load == 0
    assert [level(entry.load) for entry in LEVELS] == list(LEVELS)
    assert [pressure(load) for load in (1, 1.1, 4, 16, 64)] == [0, 1, 2, 3, 4]
