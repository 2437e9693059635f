"""The benchmark's program works: a few operations of each flow give all figures. What they are is not tested."""

from __future__ import annotations

import pytest

from tests.performance import screen
from tests.performance.__main__ import section
from tests.performance.flows import FLOWS
from tests.performance.machine import machine
from tests.performance.rounds import Rounds
from tests.performance.stage import Stage
from tests.unit.performance.test_screen import shown

pytestmark = pytest.mark.system

ROUNDS = Rounds(repetitions=1, operations=8, in_flight=4)
FIGURES = {
    "report_to_case": {"cpu_ms", "floor_cpu_ms", "cpu_ratio", "delay_ratio"},
    "answer_saved": {"cpu_ms", "direct_cpu_ms", "direct_grouped_cpu_ratio", "floor_cpu_ms", "cpu_ratio", "delay_ratio"},
    "exam_started": {"cpu_ms", "floor_cpu_ms", "cpu_ratio", "delay_ratio"},
    "exam_handed_in": {"cpu_ms", "floor_cpu_ms", "cpu_ratio", "delay_ratio"},
    "fan_out": {"rate_ratio", "rss_growth_mb"},
    "attachments": {"cpu_ms", "floor_cpu_ms", "cpu_ratio", "wall_ratio"},
}


@pytest.fixture(scope="module")
def stage(system, broker, mongo):
    return Stage(system, {"broker": broker.server.pid, "mongod": mongo.server.pid})


@pytest.fixture(scope="module")
def idle(stage):
    return stage.idle(0.1)


@pytest.mark.parametrize("name", FLOWS)
def test_a_flow_is_measured_beside_its_floor(stage, idle, name):
    told = []

    figures = section(name, FLOWS[name].measure(stage, ROUNDS.telling(told.append)), ROUNDS, idle)

    assert len(told) == FLOWS[name].RUNS
    assert FIGURES[name] <= figures.keys()
    assert {"floor", "mongod"} <= figures["sides"]["floor"]["programs"].keys()
    assert stage.programs.keys() == figures["sides"]["system"]["programs"].keys()
    assert shown(screen.flow(name, figures))


def test_the_machine_and_the_idle_system_are_told_of(stage, idle):
    assert machine(stage)["gateway"]["workers"] >= 1
    assert idle["rss_mb"].keys() == stage.programs.keys()
