"""The measurement as tables."""

from io import StringIO

from rich.console import Console

from tests.performance import screen

SECTION = {
    "operations": 1000,
    "in_flight": 16,
    "repetitions": 5,
    "cpu_ratio_spread": [2.11, 2.62],
    "floor_idle_cpu_ms": 0.021,
    "numbers": [
        {"what": "CPU, in floors", "value": 2.3, "limit": "≤ 2.5", "must": True, "holds": True},
        {"what": "CPU, in floors", "value": 2.3, "limit": "≤ 2", "must": False, "holds": False},
    ],
    "sides": {
        "system": {
            **{"cpu_ms": 4.6, "rate": 310.4, "strangers": 0.2, "p50_ms": 44.0, "p95_ms": 71.0, "p99_ms": 80.0},
            "programs": {"gateway": 1.1, "mongod": 3.5},
        },
        "floor": {"cpu_ms": 2.0, "rate": 800.0, "strangers": 0.0, "programs": {"floor": 1.2, "mongod": 0.8}},
    },
}


def shown(what):
    """The lines that a terminal of 80 columns shows, blanks folded."""
    written = StringIO()
    Console(file=written, width=80).print(what)
    return [" ".join(line.split()) for line in written.getvalue().splitlines()]


def test_a_flow_shows_each_program_beside_the_floor():
    lines = shown(screen.flow("report_to_case", SECTION))

    assert "gateway 1.100 –" in lines
    assert "mongod 3.500 0.800" in lines
    assert "floor – 1.200" in lines
    assert "in all 4.600 2.000" in lines
    assert "p99 in ms 80.0 –" in lines


def test_a_flow_says_which_numbers_hold_and_how_far_they_vary():
    lines = shown(screen.flow("report_to_case", SECTION))

    assert "CPU, in floors 2.30 ≤ 2.5 holds" in lines
    assert "CPU, in floors 2.30 ≤ 2 misses (aim)" in lines
    assert "from 2.11 to 2.62 in single repetitions" in lines


def test_a_machine_that_others_kept_busy_is_told_of():
    assert "other programs had 20% of the machine meanwhile" in shown(screen.flow("report_to_case", SECTION))
