"""What more replicas bring."""

import pytest

from tests.performance import screen
from tests.performance.scaling import scale
from tests.unit.performance.test_figures import a_run
from tests.unit.performance.test_screen import shown


def runs(one, two, four):
    """Runs at these rates, of a program that takes a millisecond an operation."""
    return {count: [a_run(1, rate=rate)] for count, rate in (("1", one), ("2", two), ("4", four))}


def section(**experiments):
    return {"shares": {"tasks": 0.125}, **scale.section(experiments)}


@pytest.mark.parametrize(("rate", "holds"), [(170, True), (169, False)])
def test_two_throttled_replicas_must_be_nearly_twice_as_fast(rate, holds):
    found = section(tasks=runs(500, 600, 700), tasks_throttled=runs(100, rate, 300))

    assert [number["holds"] for number in found["numbers"]] == [holds]


def test_what_could_not_be_throttled_is_not_judged():
    found = section(tasks=runs(500, 600, 700)) | {"shares": {}}

    assert found["numbers"] == []
    assert any("the kernel gives no quota" in line for line in shown(screen.scale(found)))


def test_the_cores_in_use_follow_from_rate_and_cpu():
    assert scale.cores([a_run(1, rate=rate) for rate in (100, 500, 900)]) == 0.5


def test_the_table_shows_each_number_of_replicas():
    lines = shown(screen.scale(section(tasks_throttled=runs(100, 180, 320))))

    assert "times the rate of one 1.00 1.80 3.20" in lines
    assert "CPU ms an operation 1.00 1.00 1.00" in lines
    assert "two replicas of tasks 1.80 ≥ 1.7 holds" in lines
