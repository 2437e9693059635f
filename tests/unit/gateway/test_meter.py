"""Meters and allowances: what is free, told to the shared counter in steps; the load beyond it; the quiet."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.challenges.allowance import Allowance
from gateway.limits import LocalCounters, Meter, Reading, SharedCounters, household
from tests.unit.gateway.test_limits import NOWHERE, RecordingCounters

# The beginning of a minute, of an hour and of a day.
MIDNIGHT = 1_790_000_000 // 86_400 * 86_400.0


def free(meter: Meter | Allowance, times: int, subject: str = "a", at: float = MIDNIGHT) -> int:
    """How many of so many were free."""
    count = meter.hit if isinstance(meter, Meter) else meter.take
    return sum(count(subject, at).wait is None for _ in range(times))


@pytest.mark.parametrize("rate", [1, 7, 30, 95, 1000])
def test_exactly_as_many_as_the_rate_says_are_free(rate: int) -> None:
    assert free(Meter("x", f"{rate}/minute", LocalCounters()), rate * 3) == rate


@pytest.mark.parametrize("rate", [30, 100, 1000])
def test_workers_that_share_counters_pass_the_rate_by_no_more_than_a_tenth_each(rate: int) -> None:
    counters = LocalCounters()
    workers = [Meter("x", f"{rate}/minute", counters) for _ in range(4)]
    assert rate <= sum(free(worker, rate) for worker in workers) <= rate + 4 * (rate // 10)


@pytest.mark.parametrize("rate", [1, 5, 9])
def test_workers_that_share_counters_do_not_pass_a_low_rate(rate: int) -> None:
    counters = LocalCounters()
    workers = [Meter("x", f"{rate}/minute", counters) for _ in range(4)]
    assert sum(free(worker, rate) for worker in workers) == rate


def test_threads_do_not_pass_the_rate_together() -> None:
    meter = Meter("x", "300/minute", LocalCounters())
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(free(meter, 200))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(found) == 300


def test_who_writes_twice_costs_no_round_trip() -> None:
    counters = RecordingCounters()
    meter = Meter("x", "30/minute", counters)
    for host in range(200):
        assert free(meter, 2, f"{host}") == 2
    assert not counters.calls


def test_a_flood_costs_fewer_and_fewer_round_trips() -> None:
    counters = RecordingCounters()
    meter = Meter("x", "30/minute", counters)
    free(meter, 100_000)
    assert len(counters.calls) < 120
    assert meter.look("a", MIDNIGHT).load > 100_000 / 30 * 0.9


@given(st.lists(st.integers(0, 400), min_size=1, max_size=200).map(sorted))
def test_the_load_of_one_moment_only_grows_with_what_comes(seconds: list[int]) -> None:
    meter = Meter("x", "5/minute", LocalCounters())
    for second in seconds:
        before = meter.look("a", MIDNIGHT + second).load
        assert meter.hit("a", MIDNIGHT + second).load > before
    assert 0 < meter.look("a", MIDNIGHT + seconds[-1]).load <= len(seconds) / 5


def test_the_load_fades_over_the_next_window_and_is_forgotten_after_it() -> None:
    meter = Meter("x", "10/minute", LocalCounters())
    free(meter, 40)
    loads = [meter.look("a", MIDNIGHT + second).load for second in (0, 59, 60, 90, 119, 120, 500)]
    assert loads[:5] == pytest.approx([4, 4, 4, 2, 4 / 60])
    assert loads[5:] == [0, 0]
    assert meter.hit("a", MIDNIGHT + 90).load == pytest.approx(2.1)


def test_looking_counts_nothing_and_says_whether_one_more_is_free() -> None:
    counters = RecordingCounters()
    meter = Meter("x", "3/minute", counters)
    assert [meter.look("a", MIDNIGHT) for _ in range(10)] == [Reading(None, 0)] * 10
    assert not counters.calls
    assert free(meter, 2) == 2
    assert meter.look("a", MIDNIGHT).wait is None
    assert free(meter, 1) == 1
    assert meter.look("a", MIDNIGHT + 20).wait == 40
    assert meter.look("a", MIDNIGHT + 60).wait is None


def test_the_wait_is_the_longest_of_what_was_exceeded() -> None:
    meter = Meter("x", "2/minute;4/hour", LocalCounters())
    assert free(meter, 3) == 2
    assert meter.hit("a", MIDNIGHT + 30).wait == 30
    assert meter.hit("a", MIDNIGHT + 60).wait == 3540
    assert free(meter, 1, at=MIDNIGHT + 60) == 0
    # Now both are exceeded, and waiting for the shorter window alone would not do.
    assert meter.hit("a", MIDNIGHT + 60).wait == 3540


def test_a_meter_that_asks_learns_what_the_others_have_counted() -> None:
    counters = LocalCounters()
    here, there = Meter("x", "30/minute", counters), Meter("x", "30/minute", counters)
    free(there, 30)
    assert here.look("a", MIDNIGHT).load == 0
    assert here.ask("a", MIDNIGHT).load == 1
    assert here.look("a", MIDNIGHT).wait is not None


def test_a_meter_remembers_no_more_than_the_latest_subjects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.limits.meter._MOST_SUBJECTS", 10)
    meter = Meter("x", "30/minute", LocalCounters())
    for host in range(200):
        free(meter, 1, f"{host}")
    assert [len(rate.counts) for rate in meter._rates] == [10]


def test_while_the_database_is_away_the_rate_holds_within_the_worker() -> None:
    assert free(Meter("x", "5/minute", SharedCounters(NOWHERE, "gateway")), 20) == 5


@pytest.fixture
def allowance() -> Allowance:
    return Allowance("x", "30/minute", "300/minute", LocalCounters())


def test_one_address_uses_up_its_own_part_only(allowance: Allowance) -> None:
    assert free(allowance, 10_000, "loud") == 30
    assert free(allowance, 30, "other") == 30
    assert allowance.load(MIDNIGHT) == pytest.approx(60 / 300)


def test_when_all_have_used_up_what_is_free_the_quiet_still_get_in(allowance: Allowance) -> None:
    assert sum(free(allowance, 30, f"loud {host}") for host in range(10)) == 300
    assert allowance.take("loud 0", MIDNIGHT).wait == 60
    assert free(allowance, 10, "quiet") == 3
    assert allowance.look("another", MIDNIGHT).wait is None
    assert allowance.look("quiet", MIDNIGHT).wait == 60


def test_what_is_kept_for_the_quiet_ends_too(allowance: Allowance) -> None:
    assert sum(free(allowance, 3, f"one of many {host}") for host in range(1000)) == 600
    assert allowance.look("another", MIDNIGHT).wait == 60
    assert allowance.look("another", MIDNIGHT + 60).wait is None


def test_looking_at_an_allowance_counts_nothing(allowance: Allowance) -> None:
    assert {allowance.look("a", MIDNIGHT).wait for _ in range(1000)} == {None}
    assert free(allowance, 40) == 30


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:0DB8:0001:0002::1", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::2", True),
        ("no:address", "no:address", True),
        ("", "192.0.2.1", False),
    ],
)
def test_a_customers_ipv6_network_is_one_household(one: str, other: str, same: bool) -> None:
    assert (household(one) == household(other)) is same
