"""Clocks: due dates, pauses, extensions; and how they stand, computed from dated facts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.tasks.model import clocks
from services.tasks.model.calendar import end_of, local_day
from services.tasks.model.clocks import Clock, Extension
from services.tasks.model.rules import RULES, rule_for, rule_of
from tests.unit.tasks.builders import CALENDAR, MORNING

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 30), timezones=st.just(UTC))


def started(code: str, at: datetime = MORNING) -> Clock:
    clock = clocks.start(code, at, "report", named=True)
    assert clock is not None
    return clock


def due_day(clock: Clock, now: datetime = MORNING) -> date:
    return local_day(clocks.due_at(clock, now, CALENDAR))


def test_fifteen_days_run_from_the_day_after_to_the_end_of_the_fifteenth():
    assert clocks.due_at(started("register_and_route"), MORNING, CALENDAR) == end_of(date(2026, 3, 17))


def test_fifteen_working_days_skip_weekends_and_holidays_and_count_make_up_days():
    # After Monday 23 March: nine until 3 April, Sunday 5 April (made up), 6 to 8 off, then 9, 10, 13, 14, 15.
    clock = started("tell_acceptance_named", datetime(2026, 3, 23, 1, tzinfo=UTC))
    assert due_day(clock) == date(2026, 4, 15)


def test_a_report_of_shortly_after_midnight_in_the_bureau_starts_on_that_day_there():
    before_midnight_utc = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)
    assert due_day(started("register_and_route", before_midnight_utc)) == date(2026, 3, 17)


def test_what_is_done_on_the_last_day_is_met_and_a_moment_later_it_is_missed():
    clock = started("register_and_route")
    due = clocks.due_at(clock, MORNING, CALENDAR)
    assert clocks.state(clock, due, CALENDAR) == "running"
    assert clocks.state(clocks.meet(clock, due), due, CALENDAR) == "met"
    late = due + timedelta(milliseconds=1)
    assert clocks.state(clock, late, CALENDAR) == "missed"
    assert clocks.state(clocks.meet(clock, late), late + timedelta(days=9), CALENDAR) == "missed"


def test_a_suspended_case_of_ten_days_is_due_ten_days_later():
    clock = started("handle")
    paused = clocks.pause(clock, MORNING + timedelta(days=5))
    resumed = clocks.resume(paused, MORNING + timedelta(days=15))
    assert due_day(resumed) == due_day(clock) + timedelta(days=10)


def test_a_paused_clock_is_due_as_if_it_ran_on_from_now():
    since = MORNING + timedelta(days=1)
    paused = clocks.pause(started("handle"), since)
    for days in (0, 1, 30, 400):
        now = since + timedelta(days=days)
        assert clocks.state(paused, now, CALENDAR) == "paused"
        assert due_day(paused, now) == due_day(started("handle")) + timedelta(days=days)


def test_whoever_resumes_a_clock_that_was_paused_on_its_last_day_still_has_that_day():
    clock = started("handle")
    last_day = clocks.due_at(clock, MORNING, CALENDAR) - timedelta(hours=8)
    resumed_at = last_day + timedelta(days=20)
    resumed = clocks.resume(clocks.pause(clock, last_day), resumed_at)
    assert due_day(resumed) == local_day(resumed_at)
    assert clocks.state(resumed, resumed_at, CALENDAR) == "running"


def test_a_pause_after_the_end_does_not_bring_a_missed_clock_back():
    clock = started("handle")
    late = clocks.due_at(clock, MORNING, CALENDAR) + timedelta(days=3)
    paused = clocks.pause(clock, late)
    assert clocks.state(paused, late + timedelta(days=30), CALENDAR) == "missed"
    assert clocks.next_due_at([paused], late, CALENDAR) == clocks.due_at(clock, MORNING, CALENDAR)


def test_an_extension_adds_its_days():
    clock = replace(started("handle"), extension=Extension(30, "leader", MORNING))
    assert due_day(clock) == local_day(MORNING) + timedelta(days=90)


def test_the_next_end_is_the_earliest_of_the_clocks_that_run():
    done = clocks.meet(started("register_and_route"), MORNING)
    paused = clocks.pause(started("handle"), MORNING)
    running = started("tell_acceptance_named")
    due = clocks.due_at(running, MORNING, CALENDAR)
    assert clocks.next_due_at([done, paused, running], MORNING, CALENDAR) == due
    assert clocks.next_due_at([done, paused], MORNING, CALENDAR) is None


def test_clocks_that_the_law_does_not_let_stand_still_run_on():
    clock = started("tell_acceptance")
    assert clocks.pause(clock, MORNING) == clock


@given(st.sampled_from(RULES), MOMENTS, st.lists(st.integers(0, 40 * 24), max_size=8))
def test_pausing_never_shortens_and_gives_back_the_days_that_the_pauses_took(rule, begin, hours):
    """The implementation counts by arithmetic; the model here looks at each day."""
    clock = Clock(rule.code, rule.version, begin)
    unpaused = due_day(clock)
    moment, pauses = begin, []
    for one, other in zip(hours[::2], hours[1::2], strict=False):
        since = moment + timedelta(hours=one)
        moment = since + timedelta(hours=other)
        pauses.append(clocks.Pause(since, moment))
    paused = replace(clock, pauses=tuple(pauses))
    assert due_day(paused) >= unpaused

    stopped = {
        local_day(pause.since) + timedelta(days=offset)
        for pause in pauses
        for offset in range((local_day(pause.until) - local_day(pause.since)).days)
    }
    day, left = local_day(begin), rule.days
    while left:
        day += timedelta(days=1)
        working = rule.unit == "calendar" or CALENDAR.working_days(day - timedelta(days=1), day) == 1
        left -= day not in stopped and working
    assert due_day(paused) == day


def test_a_clock_is_counted_by_the_rule_it_was_started_under():
    for rule in RULES:
        assert rule_of(rule.code, rule.version) is rule
        assert rule_for(rule.code, rule.valid_from, min(rule.sources), named=True, route=rule.route) is rule


def test_no_two_rules_of_one_code_are_in_force_on_the_same_day():
    for rule in RULES:
        for other in RULES:
            if other is not rule and other.code == rule.code:
                assert not other.valid_on(rule.valid_from)


def test_anonymous_reporters_cannot_be_told_in_person_so_no_clock_runs_for_it():
    assert clocks.start("tell_acceptance_named", MORNING, "report", named=False) is None
    assert clocks.start("register_and_route", MORNING, "clue", named=False) is None
    assert clocks.start("handle", MORNING, "review", named=False) is not None


def test_a_clock_that_stands_still_is_stopped_no_second_time():
    clock = clocks.pause(started("handle"), MORNING + timedelta(days=5))
    assert clocks.pause(clock, MORNING + timedelta(days=9)) == clock


def test_what_is_done_while_its_clock_stands_still_ends_the_pause():
    done = MORNING + timedelta(days=9)
    clock = clocks.meet(clocks.pause(started("handle"), MORNING + timedelta(days=5)), done)
    assert not clocks.is_paused(clock)
    assert clock.pauses[-1].until == clock.ended_at == done
