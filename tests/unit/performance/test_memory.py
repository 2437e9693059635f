"""Whether memory grows with what was handled."""

import pytest

from tests.performance import memory, numbers, screen
from tests.unit.performance.test_screen import shown

IDLE = {"tasks": 70.0, "quiz": 80.0, "gateway": 72.0, "gateway's master": 31.0, "mongod": 150.0}


def marks(*changes):
    """Idle, then a mark for each of these changes."""
    found = [IDLE, *({**IDLE, **change} for change in changes)]
    return [
        {
            "events": 20_000 * n,
            "seconds": 60.0,
            "rss_mb": rss,
            "peak_mb": {name: value + 5 for name, value in rss.items()},
        }
        for n, rss in enumerate(found)
    ]


@pytest.mark.parametrize(
    ("warm", "last", "flat"), [(70, 74, True), (70, 74.1, False), (100, 105, True), (100, 105.1, False), (90, 80, True)]
)
def test_no_growth_is_four_megabytes_or_a_twentieth(warm, last, flat):
    assert (numbers.growth(warm, last) <= 1) == flat


def test_growth_counts_from_the_warm_mark_and_never_the_servers():
    section = memory.section(
        marks({"tasks": 75.0}, {"tasks": 90.0}, {"tasks": 91.0}, {}, {"tasks": 92.0, "mongod": 400.0})
    )

    assert section["growth_mb"]["tasks"] == 2
    assert "mongod" not in section["growth_mb"]
    assert section["growth"] == round(2 / 4.5, 3)
    assert all(number["holds"] for number in section["numbers"])


def test_the_greatest_service_is_judged_apart_from_the_gateways_worker():
    section = memory.section(marks({}, {}, {}, {}, {"gateway": 121.0}))

    assert (section["idle_service_mb"], section["service_mb"]) == (80, 80)
    assert (section["idle_worker_mb"], section["worker_mb"]) == (72, 121)
    assert [number["holds"] for number in section["numbers"]] == [True, True, True, False, False]


def test_the_table_shows_each_process_at_each_mark():
    lines = shown(screen.memory(memory.section(marks({}, {"tasks": 75.0}, {}, {}, {"tasks": 77.0}))))

    assert "resident MB 0k 20k 40k 60k 80k 100k peak growth" in lines
    assert "tasks 70.0 70.0 75.0 70.0 70.0 77.0 82.0 +2.0" in lines
    assert "mongod 150.0 150.0 150.0 150.0 150.0 150.0 155.0 –" in lines
