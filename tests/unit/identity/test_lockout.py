"""The waits after failed sign-ins: they slow guessing down, and never shut the owner out for good."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.model.lockout import (
    ADDRESS,
    DEVICE,
    FORGOTTEN_AFTER,
    STRANGERS,
    UNDER_WAY_AT_MOST,
    Guard,
    Origin,
    counted,
    decided,
    forgiven,
    forgotten_at,
    may_clear_up,
    wait_left,
)

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
OFFICE = Origin("office")
HOME = Origin("home")
PHONE = Origin("office", device="phone")

paces = st.sampled_from([ADDRESS, STRANGERS, DEVICE])
# (seconds since the attempt before, which of many addresses)
storms = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 300)), max_size=150)


def attempted(guard, origin, now):
    """The guard after an attempt that proved wrong."""
    return decided(counted(guard, origin, now, "attempt"), "attempt")


def failed(guard, origin, times, now=NOON):
    """The guard after attempts that each waited until they were looked at, and the time of the last."""
    for _ in range(times):
        now += timedelta(seconds=wait_left(guard, origin, now))
        guard = attempted(guard, origin, now)
    return guard, now


@given(paces, st.integers(0, 10_000))
def test_a_wait_never_shrinks_with_more_failures_and_never_passes_its_longest(pace, failures):
    assert timedelta(0) <= pace.wait(failures) <= pace.wait(failures + 1) <= pace.longest


def test_four_failures_from_an_address_are_free_and_the_fifth_is_not():
    guard, now = failed(Guard(), OFFICE, 4)
    assert wait_left(guard, OFFICE, now) == 0
    guard, now = failed(guard, OFFICE, 1, now)
    assert wait_left(guard, OFFICE, now) == 15


def test_the_waits_of_an_address_double_up_to_an_hour():
    guard, now, waits = Guard(), NOON, []
    for _ in range(16):
        guard, now = failed(guard, OFFICE, 1, now)
        waits.append(wait_left(guard, OFFICE, now))
    assert waits == [0, 0, 0, 0, 15, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600]


def test_failures_behind_one_address_do_not_touch_another_address():
    guard, now = failed(Guard(), OFFICE, 10)
    assert wait_left(guard, OFFICE, now) > 0
    assert wait_left(guard, HOME, now) == 0


def test_a_right_password_clears_the_tally_of_its_address_but_not_what_others_guessed():
    guard, now = failed(Guard(), OFFICE, 4)
    guard, now = failed(guard, HOME, 4, now)
    guard = forgiven(counted(guard, HOME, now, "a"), HOME, "a")
    assert "home" not in guard.addresses
    assert guard.addresses["office"].failures == 4
    assert guard.strangers.failures == 8


@given(storms)
def test_nothing_that_strangers_do_delays_a_known_device(storm):
    guard, now = Guard(), NOON
    for seconds, address in storm:
        now += timedelta(seconds=seconds)
        # the attackers may even sit behind the same address as the device
        attacker = Origin("office" if address == 0 else f"attacker{address}")
        if wait_left(guard, attacker, now) == 0:
            guard = attempted(guard, attacker, now)
        assert wait_left(guard, PHONE, now) == 0


def test_a_stolen_device_cookie_is_slowed_down_by_itself_alone():
    guard, now = failed(Guard(), PHONE, 30)
    assert wait_left(guard, PHONE, now) == DEVICE.longest.total_seconds()
    assert wait_left(guard, OFFICE, now) == 0


@given(storms)
def test_however_many_addresses_guess_the_account_is_tried_at_a_bounded_rate(storm):
    guard, now, looked_at = Guard(), NOON, 0
    for seconds, address in storm:
        now += timedelta(seconds=seconds)
        attacker = Origin(f"attacker{address}")
        if wait_left(guard, attacker, now) == 0:
            guard = attempted(guard, attacker, now)
            looked_at += 1
    # the free ones, those while the waits still grow (15, 30 … 240 s), and then one in each longest wait
    bound = STRANGERS.free + 6 + (now - NOON) / STRANGERS.longest
    assert looked_at <= bound + 1


@given(st.integers(1, 200), st.integers(0, 3600))
def test_one_attacking_address_delays_the_owner_on_a_new_device_by_at_most_two_waits(attacks, later):
    guard, now = failed(Guard(), Origin("attacker"), attacks)
    started = now = now + timedelta(seconds=later)
    for _ in range(3):
        wait = wait_left(guard, HOME, now)
        if wait == 0:
            break
        now += timedelta(seconds=wait)
        # the attacker is always a moment earlier
        if wait_left(guard, Origin("attacker"), now) == 0:
            guard = attempted(guard, Origin("attacker"), now)
    assert wait_left(guard, HOME, now) == 0
    assert now - started <= 2 * STRANGERS.longest


def test_an_attempt_during_a_wait_does_not_lengthen_it():
    guard, now = failed(Guard(), OFFICE, 6)
    left = wait_left(guard, OFFICE, now)
    # whoever is told to wait is not counted, so there is nothing to add
    assert wait_left(guard, OFFICE, now + timedelta(seconds=left - 1)) == 1
    assert wait_left(guard, OFFICE, now + timedelta(seconds=left)) == 0


def test_everything_is_forgotten_a_day_after_the_last_failure():
    guard, now = failed(Guard(), OFFICE, 8)
    assert forgotten_at(guard) == now + FORGOTTEN_AFTER
    fresh = attempted(guard, OFFICE, now + FORGOTTEN_AFTER)
    assert fresh.addresses["office"].failures == 1
    assert fresh.strangers.failures == 1


def test_nothing_counted_means_nothing_to_forget():
    assert forgotten_at(Guard()) is None
    assert forgotten_at(forgiven(counted(Guard(), OFFICE, NOON, "a"), OFFICE, "a")) is None


@pytest.mark.parametrize("origin", [OFFICE, PHONE])
def test_parallel_attempts_are_counted_before_any_of_them_is_looked_at(origin):
    guard, admitted = Guard(), 0
    for number in range(100):
        if wait_left(guard, origin, NOON) == 0:
            guard = counted(guard, origin, NOON, str(number))
            admitted += 1
    assert admitted == (DEVICE if origin.device else ADDRESS).free + 1


def test_a_wait_may_clear_up_only_while_attempts_are_undecided():
    guard = Guard()
    for number in range(5):
        guard = counted(guard, OFFICE, NOON, str(number))
    assert wait_left(guard, OFFICE, NOON) == 15
    assert may_clear_up(guard, NOON)
    assert not may_clear_up(guard, NOON + UNDER_WAY_AT_MOST)
    for number in range(5):
        guard = decided(guard, str(number))
    assert not may_clear_up(guard, NOON)


def test_one_right_password_among_parallel_ones_lets_the_waiting_ones_in():
    guard = Guard()
    for number in range(5):
        guard = counted(guard, OFFICE, NOON, str(number))
    assert wait_left(forgiven(guard, OFFICE, "3"), OFFICE, NOON) == 0
