"""From repetitions to figures."""

from itertools import chain

import pytest

from tests.performance import figures
from tests.performance.figures import Run
from tests.performance.rounds import Rounds


def a_run(cpu_ms, *, rate=100.0, delays=(0.01,), operations=10):
    """A run of two programs that share the processor time."""
    seconds = cpu_ms * operations / 1e3
    return Run(operations, {"gateway": seconds / 4, "mongod": seconds * 3 / 4}, operations / rate, list(delays))


def test_a_ratio_is_that_of_the_medians():
    ours, theirs = [a_run(6), a_run(60), a_run(5)], [a_run(2), a_run(2), a_run(20)]

    assert figures.ratio(ours, theirs, figures.cpu) == 3
    assert figures.spread(ours, theirs, figures.cpu) == [0.25, 30]


def test_a_side_shows_the_programs_of_its_median_run_so_that_they_add_up():
    side = figures.side([a_run(8), a_run(100), a_run(4)])

    assert side["cpu_ms"] == 8
    assert side["programs"] == {"gateway": 2, "mongod": 6}


def test_percentiles_are_of_all_delays_together():
    side = figures.side([a_run(1, delays=[n / 1e3 for n in range(first, 101, 2)]) for first in (1, 2)])

    assert (side["p50_ms"], side["p95_ms"], side["p99_ms"]) == (50, 95, 99)


def test_delays_that_cannot_be_told_apart_have_no_percentiles():
    assert "p50_ms" not in figures.side([a_run(1, delays=[])])


@pytest.mark.parametrize(("share", "value"), [(0.0, 1), (0.5, 2), (0.75, 3), (1.0, 4)])
def test_a_percentile_is_a_value_that_was_seen(share, value):
    assert figures.percentile([4, 2, 1, 3], share) == value


def test_a_median_delay_is_the_median_of_the_repetitions_medians():
    runs = [a_run(1, delays=[0.001, 0.002, 0.9]), a_run(1, delays=[0.004]), a_run(1, delays=[0.003])]

    assert figures.delay_ms(runs) == 3


def test_sides_take_turns_and_every_other_round_goes_the_other_way_round():
    order, told = [], []
    rounds = Rounds(repetitions=3, done=told.append)

    runs = rounds({name: lambda name=name: order.append(name) or a_run(1) for name in ("system", "floor")})

    assert order == list(chain(("system", "floor"), ("floor", "system"), ("system", "floor")))
    assert [len(side) for side in runs.values()] == [3, 3]
    assert told[0] == "system 1.00 ms"
