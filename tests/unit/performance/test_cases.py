"""Whether lists, counts and actions cost more with more cases."""

from tests.performance import cases, screen
from tests.unit.performance.test_figures import a_run
from tests.unit.performance.test_screen import shown


def runs(*cpu_ms):
    return [a_run(ms) for ms in cpu_ms]


def section(large):
    names = (*cases.READS, *cases.ACTIONS)
    measured = {name: {"small": runs(5, 4, 6), "large": runs(*large)} for name in names}
    sizes = {"cases": {"small": 10_000, "large": 1_000_000}, "megabytes": {"small": 20, "large": 2000}}
    return sizes | cases.section(measured)


def test_a_hundred_times_the_cases_may_cost_a_fifth_more():
    ratios = [number for number in section((6.0, 5.9, 9.0))["numbers"] if "ms" not in number["what"]]
    assert len(ratios) == 3
    assert all(number["holds"] for number in ratios)
    assert all(number["must"] for number in ratios)
    dearer = [number for number in section((6.1, 5.9, 9.0))["numbers"] if "ms" not in number["what"]]
    assert not any(number["holds"] for number in dearer)


def test_the_table_shows_every_operation_with_both_numbers_of_cases():
    lines = shown(screen.cases(section((5, 5, 5))))
    for name in (*cases.READS, *cases.ACTIONS):
        assert any(line.startswith(name) for line in lines), name


def test_every_list_and_count_that_is_measured_is_asked_for_by_somebody_signed_in():
    assert {role for role, _ in cases.READS.values()} | set(cases.ACTIONS.values()) <= set(cases.ROLES)
