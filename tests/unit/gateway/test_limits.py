"""Rate limits: never passed, given back when harmless, told with the time to wait, and without addresses in clear."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from chassis.rpc_client import DeadlineExceeded, Refused
from gateway.limits import Limit, Limits, LocalCounters, SharedCounters
from gateway.problems.row import Problem
from gateway.settings import Settings
from tests.unit.gateway.conftest import FakeServices, MakeApp

KEY = b"a key of the tests"
NOWHERE = "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=50"


class RecordingCounters(LocalCounters):
    """Remembers what a database would have been told."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, int]] = []

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        self.calls.append((key, amount))
        return super().incr(key, expiry, amount)


def spend(limit: Limit, times: int, subject: str = "192.0.2.7") -> int:
    """How many of so many hits were allowed."""
    return sum(limit.hit(subject) is None for _ in range(times))


@pytest.mark.parametrize("reserve", [True, False])
@pytest.mark.parametrize("rate", [1, 7, 100, 950])
def test_exactly_as_many_as_allowed_get_through(rate: int, reserve: bool) -> None:
    limit = Limit("x", f"{rate}/day", LocalCounters(), KEY, reserve=reserve)
    assert spend(limit, rate + 50) == rate


def test_what_is_counted_tells_the_address_to_nobody_who_tries_all_of_them_without_the_key() -> None:
    told = []
    for key in (KEY, KEY, b"another key"):
        counters = RecordingCounters()
        spend(Limit("x", "5/minute", counters, key), 1)
        told.append([name.rpartition("/")[2] for name, _ in counters.calls])

    assert told[0] == told[1] != told[2]
    assert "192.0.2.7" not in str(told)


def test_the_strictest_of_several_rates_holds() -> None:
    limit = Limit("x", "100/day;3/hour", LocalCounters(), KEY)
    assert spend(limit, 10) == 3


def test_workers_that_share_counters_pass_the_limit_by_no_more_than_a_hundredth_each() -> None:
    counters = LocalCounters()
    workers = [Limit("x", "1000/day", counters, KEY, reserve=True) for _ in range(4)]
    assert 1000 <= sum(spend(worker, 400) for worker in workers) <= 1000 + 4 * 10


@pytest.mark.parametrize("rate", [1, 7, 99])
def test_workers_that_share_counters_do_not_pass_a_low_limit(rate: int) -> None:
    counters = LocalCounters()
    workers = [Limit("x", f"{rate}/day", counters, KEY, reserve=True) for _ in range(4)]
    assert sum(spend(worker, rate) for worker in workers) == rate


def test_a_worker_remembers_no_more_than_the_latest_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.limits.limit._MOST_RESERVES", 10)
    limit = Limit("x", "600/minute", LocalCounters(), KEY, reserve=True)
    for host in range(200):
        assert spend(limit, 1, f"192.0.2.{host}") == 1
    assert len(limit._reserves) == 10


def test_who_writes_once_costs_no_round_trip() -> None:
    counters = RecordingCounters()
    limit = Limit("x", "600/minute;6000/hour", counters, KEY, reserve=True)
    for host in range(200):
        assert spend(limit, 3, f"192.0.2.{host}") == 3
    assert not counters.calls


def test_threads_do_not_pass_the_limit_together() -> None:
    limit = Limit("x", "500/day", LocalCounters(), KEY, reserve=True)
    allowed: list[int] = []
    threads = [threading.Thread(target=lambda: allowed.append(spend(limit, 200))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(allowed) == 500


def test_a_reserve_spares_most_round_trips() -> None:
    counters = RecordingCounters()
    limit = Limit("x", "1000/day", counters, KEY, reserve=True)
    assert spend(limit, 2000) == 1000
    assert len(counters.calls) <= 1000 / 10 + 1


def test_one_client_does_not_use_up_anothers_share() -> None:
    limit = Limit("x", "5/day", LocalCounters(), KEY)
    assert spend(limit, 10, "192.0.2.7") == 5
    assert spend(limit, 10, "192.0.2.8") == 5


def test_the_wait_ends_with_the_window() -> None:
    limit = Limit("x", "1/minute", LocalCounters(), KEY)
    limit.hit("a")
    wait = limit.hit("a")
    assert wait is not None
    assert 0 < wait <= 60


def test_no_address_is_told_to_the_counters() -> None:
    counters = RecordingCounters()
    Limit("x", "5/day", counters, KEY).hit("li.ming", "192.0.2.7")
    assert Counter("192.0.2.7" in key or "li.ming" in key for key, _ in counters.calls) == {False: 1}


@pytest.fixture
def limits(settings: Settings) -> Limits:
    chosen = replace(settings, sign_in_limit="3/minute;5/hour", sign_in_address_limit="20/minute")
    return Limits(chosen, LocalCounters(), KEY)


def sign_in(limits: Limits, outcome: Exception | None, username: str = "li.ming", address: str = "a") -> int:
    """The status that the attempt ends with; 200 for a success."""
    try:
        with limits.sign_in(username, address):
            if outcome:
                raise outcome
    except Problem as problem:
        return problem.row.status
    except Refused as refusal:
        return {"SignInRefused": 401}.get(refusal.name, 503)
    except DeadlineExceeded:
        return 503
    return 200


WRONG = Refused("SignInRefused")


def test_after_repeated_failures_the_next_attempt_must_wait(limits: Limits) -> None:
    assert [sign_in(limits, WRONG) for _ in range(5)] == [401, 401, 401, 429, 429]
    assert sign_in(limits, None) == 429


def test_attempts_that_were_not_even_tried_do_not_prolong_the_wait(limits: Limits, settings: Settings) -> None:
    counters = LocalCounters()
    impatient = Limits(replace(settings, sign_in_limit="3/hour;5/day"), counters, KEY)
    assert [sign_in(impatient, WRONG) for _ in range(50)] == [401] * 3 + [429] * 47
    next_hour = Limits(replace(settings, sign_in_limit="100/hour;5/day"), counters, KEY)
    assert [sign_in(next_hour, WRONG) for _ in range(3)] == [401, 401, 429]


def test_the_user_name_is_the_same_in_any_case(limits: Limits) -> None:
    assert [sign_in(limits, WRONG, name) for name in ("li.ming", "LI.MING", "Li.Ming", "li.minG")][-1] == 429


def test_successes_do_not_count(limits: Limits) -> None:
    assert {sign_in(limits, None) for _ in range(30)} == {200}


@pytest.mark.parametrize("fault", [DeadlineExceeded(), Refused("Unavailable"), Refused("Fault")])
def test_an_attempt_that_nobody_judged_does_not_count(limits: Limits, fault: Exception) -> None:
    assert {sign_in(limits, fault) for _ in range(30)} == {503}
    assert sign_in(limits, None) == 200


def test_failures_elsewhere_do_not_lock_a_person_out_here(limits: Limits) -> None:
    for _ in range(10):
        sign_in(limits, WRONG, address="attacker")
    assert sign_in(limits, None, address="office") == 200


def test_an_address_cannot_try_one_name_after_another_for_ever(limits: Limits) -> None:
    statuses = [sign_in(limits, WRONG, f"user{number}") for number in range(25)]
    assert statuses == [401] * 20 + [429] * 5


def test_while_the_database_is_away_limits_hold_within_the_worker() -> None:
    limit = Limit("x", "5/day", SharedCounters(NOWHERE, "gateway"), KEY)
    assert spend(limit, 10) == 5


def test_a_database_that_is_away_is_not_asked_again_by_every_request() -> None:
    counters = SharedCounters(NOWHERE, "gateway")
    asked: list[Any] = []
    connect = counters._connected
    counters._connected = lambda: asked.append(1) or connect()  # type: ignore[method-assign,func-returns-value]
    for _ in range(20):
        counters.incr("k", 60)
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, None, "127.0.0.1"),
    ],
)
def test_the_address_is_what_our_own_proxies_saw(
    make_app: MakeApp, services: FakeServices, proxies: int, forwarded: str | None, address: str
) -> None:
    services.answers["identity.sign_in"] = WRONG
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    client = make_app(trusted_proxies=proxies).test_client()
    client.post("/api/v1/sessions", json={"username": "a", "password": "b"}, headers=headers)
    assert services.last.request["address"] == address
