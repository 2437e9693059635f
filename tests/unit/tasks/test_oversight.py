"""Oversight: when a stage comes, for whom it is, and that none is lost, repeated, or told of a clock at rest."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.tasks.events import CLOCK_STAGES, STAGE_READERS
from services.tasks.model import clocks
from services.tasks.model.applying import apply
from services.tasks.model.calendar import end_of, local_day
from services.tasks.model.clocks import Clock, Extension, Pause, Told
from services.tasks.model.dates import dates_at_opening, dates_of
from services.tasks.model.oversight import (
    LEVELS,
    SCHEDULES,
    STAGES,
    audience,
    entry_of,
    foremost,
    moments,
    next_stage_at,
    on_the_case,
    reached,
    stage_of,
)
from services.tasks.model.rules import ABOVE, RULES
from tests.unit.tasks.builders import CALENDAR, MORNING, File, report

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 9, 30), timezones=st.just(UTC))
TICK = timedelta(milliseconds=1)


def started(code: str, at: datetime = MORNING, **changes) -> Clock:
    rule = next(rule for rule in RULES if rule.code == code)
    return Clock(rule.code, rule.version, at, **changes)


def days(clock: Clock, now: datetime = MORNING) -> dict[str, date]:
    return {stage: local_day(moment) for stage, moment in moments(clock, now, CALENDAR)}


def recorded(clock: Clock, now: datetime) -> tuple[Clock, list[str]]:
    """The clock after one look at ``now``, and the stages that this look put on record or named as missed."""
    found = reached(clock, now, CALENDAR)
    if found is None:
        return clock, []
    return replace(clock, told=Told(found.stage, now)), [*found.skipped, found.stage]


def test_a_clock_of_sixty_days_reminds_twelve_days_before_its_end_and_is_pressed_after_it():
    # Due at the end of Friday 1 May; working days after it: 4, 5, 6 May … 15 May is the tenth.
    assert days(started("handle")) == {
        "remind": date(2026, 4, 19),
        "urge": date(2026, 5, 1),
        "supervise": date(2026, 5, 6),
        "escalate": date(2026, 5, 15),
    }


def test_a_term_in_working_days_reminds_by_working_days():
    # Five working days after Monday 2 March end on Monday the 9th; a day is left at the end of Friday.
    assert days(started("forward_above")) == {
        "remind": date(2026, 3, 6),
        "urge": date(2026, 3, 9),
        "supervise": date(2026, 3, 10),
        "escalate": date(2026, 3, 12),
    }


def test_days_after_the_end_are_working_days_by_the_calendar_with_holidays_and_make_up_days():
    # Due on Friday 3 April; the Sunday after it is worked, Monday to Wednesday are off.
    clock = started("register_and_route", datetime(2026, 3, 19, 1, tzinfo=UTC))
    assert days(clock)["urge"] == date(2026, 4, 3)
    assert days(clock)["supervise"] == date(2026, 4, 10)


def test_what_another_body_owes_presses_for_an_answer_and_raises_nobody_a_level():
    clock = started("transfer_acknowledged")
    assert list(days(clock)) == ["urge", "supervise"]
    late = MORNING + timedelta(days=90)
    case = replace(report(), clocks=(clock,))
    entry = entry_of(case, [reached(clock, late, CALENDAR)], late)
    assert (entry.action, entry.details["level"]) == ("supervise", 0)
    assert apply(case, entry).level == 0


def test_a_time_within_which_something_is_allowed_has_no_stages():
    clock = started("object")
    assert moments(clock, MORNING, CALENDAR) == []
    assert next_stage_at([clock], MORNING, CALENDAR) is None
    assert stage_of(clock, MORNING + timedelta(days=99), CALENDAR) is None


def test_clocks_of_named_reporters_are_for_handler_and_desk_and_kept_beside_the_case():
    named = [rule.code for rule in RULES if rule.named_only]
    assert named
    for code in named:
        assert not on_the_case(started(code))
        for stage in days(started(code)):
            assert set(audience(report(), stage)) <= {"handler", "desk"}
    assert on_the_case(started("handle"))


@pytest.mark.parametrize(
    ("stage", "to", "unassigned"),
    [
        ("remind", ("handler",), ("desk",)),
        ("urge", ("handler", "desk"), ("desk",)),
        ("supervise", ("desk", "leader"), ("desk", "leader")),
        ("escalate", ("leader", "supervisor"), ("leader", "supervisor")),
    ],
)
def test_each_stage_goes_to_those_who_can_do_something_about_it(stage, to, unassigned):
    assert audience(File().investigating().case, stage) == to
    assert audience(report(), stage) == unassigned
    assert audience(report(route=ABOVE), stage) == ("supervisor",)
    assert set(to) <= set(STAGE_READERS)


def test_the_contract_names_exactly_the_stages():
    assert CLOCK_STAGES == STAGES
    assert list(LEVELS.values()) == [0, 1, 2, 3]


def test_every_rule_has_one_schedule_on_every_day_on_which_a_clock_may_start():
    codes = {rule.code for rule in RULES}
    assert {one.rule for one in SCHEDULES} - {None} <= codes
    for rule in RULES:
        assert moments(Clock(rule.code, rule.version, end_of(rule.valid_from)), MORNING, CALENDAR) is not None
    for one in SCHEDULES:
        same = [other for other in SCHEDULES if other.rule == one.rule and other is not one]
        assert not [other for other in same if other.valid_to is None or other.valid_to >= one.valid_from]


def test_after_an_outage_the_highest_stage_is_recorded_once_and_names_what_was_missed():
    clock = started("handle")
    late = MORNING + timedelta(days=100)
    found = reached(clock, late, CALENDAR)
    assert (found.stage, found.skipped) == ("escalate", ("remind", "urge", "supervise"))
    told = replace(clock, told=Told(found.stage, late))
    assert reached(told, late + timedelta(days=400), CALENDAR) is None
    assert next_stage_at([told], late, CALENDAR) is None


def test_several_clocks_of_a_case_come_to_one_line_of_history_with_the_highest_stage():
    case = report(reporter_mode="anonymous")
    late = MORNING + timedelta(days=17)
    found = [one for clock in case.clocks if (one := reached(clock, late, CALENDAR))]
    entry = entry_of(case, found, late)
    assert entry.action == "urge"
    assert {one["rule"]: (one["stage"], one["skipped"]) for one in entry.details["stages"]} == {
        "register_and_route": ("urge", ["remind"]),
        "tell_acceptance": ("urge", ["remind"]),
    }
    assert foremost(found)[0].stage == "urge"
    after = apply(case, entry)
    assert after.level == 1
    assert [reached(clock, late, CALENDAR) for clock in after.clocks if on_the_case(clock)] == [None, None]
    assert (entry.from_state, entry.to_state, entry.by_id) == (case.state, case.state, None)


def test_a_case_stays_as_high_as_it_has_risen_until_it_is_handled_anew():
    file = File().ready_to_close()
    late = file.now + timedelta(days=90)
    clock = started("handle", MORNING)
    raised = apply(replace(file.case, clocks=(clock,)), entry_of(file.case, [reached(clock, late, CALENDAR)], late))
    assert raised.level == 3
    reminded = entry_of(raised, [reached(started("assist", late - timedelta(days=22)), late, CALENDAR)], late)
    assert apply(raised, reminded).level == 3
    file.case = raised
    file.rated(False)
    assert (file.case.state, file.case.level) == ("accepted", 0)


def test_a_clock_that_is_met_comes_to_nothing_more():
    clock = clocks.meet(started("handle"), MORNING + timedelta(days=1))
    late = MORNING + timedelta(days=500)
    assert reached(clock, late, CALENDAR) is None
    assert stage_of(clock, late, CALENDAR) is None
    assert next_stage_at([clock], late, CALENDAR) is None


def test_a_clock_that_stands_still_comes_to_no_stage_but_those_it_had_come_to_before():
    clock = clocks.pause(started("handle"), MORNING + timedelta(days=10))
    assert next_stage_at([clock], MORNING + timedelta(days=10), CALENDAR) is None
    assert reached(clock, MORNING + timedelta(days=900), CALENDAR) is None
    reminded_late = clocks.pause(started("handle"), MORNING + timedelta(days=50))
    now = MORNING + timedelta(days=80)
    assert reached(reminded_late, now, CALENDAR).stage == "remind"
    assert next_stage_at([reminded_late], now, CALENDAR) < now


def test_a_clock_that_ran_out_before_it_was_stopped_is_not_pressed_further_meanwhile():
    due = clocks.due_at(started("handle"), MORNING, CALENDAR)
    clock = clocks.pause(replace(started("handle"), told=Told("urge", due + TICK)), due + timedelta(hours=10))
    assert reached(clock, due + timedelta(days=90), CALENDAR) is None
    resumed = clocks.resume(clock, due + timedelta(days=90))
    assert reached(resumed, due + timedelta(days=110), CALENDAR).stage == "escalate"


def test_an_extension_opens_the_stages_again_that_it_moves_beyond_their_record():
    clock = started("handle")
    late = clocks.due_at(clock, MORNING, CALENDAR) + TICK
    told = replace(clock, told=Told("urge", late))
    extended = replace(told, extension=Extension(30, "leader", late))
    assert reached(extended, late, CALENDAR) is None
    assert next_stage_at([extended], late, CALENDAR) == moments(extended, late, CALENDAR)[0][1] > late
    again = reached(extended, late + timedelta(days=31), CALENDAR)
    assert (again.stage, again.skipped) == ("urge", ("remind",))


def test_an_extension_by_a_day_does_not_remind_of_the_same_end_twice():
    clock = started("handle")
    reminded_at = moments(clock, MORNING, CALENDAR)[0][1] + TICK
    extended = replace(clock, told=Told("remind", reminded_at), extension=Extension(1, "leader", reminded_at))
    assert reached(extended, reminded_at + timedelta(days=2), CALENDAR) is None


@st.composite
def histories(draw):
    """A clock with pauses that are over, and perhaps an extension before all stages."""
    rule = draw(st.sampled_from(RULES))
    begin = draw(MOMENTS)
    moment, pauses = begin, []
    for gap, length in draw(st.lists(st.tuples(st.integers(0, 30 * 24), st.integers(1, 30 * 24)), max_size=3)):
        since = moment + timedelta(hours=gap)
        moment = since + timedelta(hours=length)
        pauses.append(Pause(since, moment))
    extension = Extension(draw(st.integers(1, 30)), "leader", begin) if rule.extension and draw(st.booleans()) else None
    return Clock(rule.code, rule.version, begin, pauses=tuple(pauses), extension=extension)


@given(histories())
def test_stages_come_in_order_around_the_end(clock):
    now = clock.started_at + timedelta(days=900)
    found = moments(clock, now, CALENDAR)
    assert [stage for stage, _ in found] == [stage for stage in STAGES if stage in dict(found)]
    assert all(one < other for (_, one), (_, other) in pairwise(found))
    if "urge" in dict(found):
        assert dict(found)["urge"] == clocks.due_at(clock, now, CALENDAR)


@given(histories(), st.lists(st.integers(0, 200 * 24), min_size=1, max_size=12))
def test_however_often_and_late_one_looks_each_stage_is_told_once_and_none_is_lost(clock, hours):
    looks = sorted(clock.started_at + timedelta(hours=hour) for hour in hours)
    last = looks[-1]
    told: list[str] = []
    for now in looks:
        # What is over by now is all that is known then; a pause that lasts is one without an end.
        seen = replace(clock, pauses=_known(clock.pauses, now))
        seen, new = recorded(seen, now)
        clock = replace(clock, told=seen.told)
        told += new
        assert reached(seen, now, CALENDAR) is None
        assert (next_stage_at([seen], now, CALENDAR) or now) >= now
    assert len(told) == len(set(told))
    seen = replace(clock, pauses=_known(clock.pauses, last))
    assert told == [stage for stage, moment in moments(seen, last, CALENDAR) if moment < last]


def _known(pauses: tuple[Pause, ...], now: datetime) -> tuple[Pause, ...]:
    begun = [pause for pause in pauses if pause.since <= now]
    return tuple(replace(pause, until=None) if pause.until > now else pause for pause in begun)


@given(MOMENTS, st.booleans(), st.sampled_from(["bureau", "above"]))
def test_the_dates_of_a_new_case_are_those_of_its_clocks(at, named, route):
    case = report(at=at, reporter_mode="named" if named else "anonymous", route=route)
    assert dates_at_opening(case.clocks, CALENDAR) == dates_of(case.clocks, at, CALENDAR)


def test_those_who_may_not_know_of_a_clock_find_the_case_by_the_others():
    named = File().concluded().case
    dates = dates_of(named.clocks, MORNING, CALENDAR)
    assert (dates.next_due_at is None, dates.open_due_at) == (False, None)
    handled = File().investigating().case
    dates = dates_of(handled.clocks, MORNING, CALENDAR)
    assert dates.next_due_at == dates.open_due_at


def test_a_stage_is_come_to_after_its_moment_and_not_at_it():
    clock = started("handle")
    due = clocks.due_at(clock, MORNING, CALENDAR)
    assert reached(clock, due, CALENDAR).stage == stage_of(clock, due, CALENDAR) == "remind"
    assert reached(clock, due + TICK, CALENDAR).stage == stage_of(clock, due + TICK, CALENDAR) == "urge"


def test_the_stage_that_is_shown_is_the_last_one_that_was_come_to():
    clock = started("handle")
    shown = [stage_of(clock, moment + TICK, CALENDAR) for _, moment in moments(clock, MORNING, CALENDAR)]
    assert shown == ["remind", "urge", "supervise", "escalate"]


def test_a_clock_of_an_earlier_round_that_still_runs_has_its_stage_on_record_too():
    late = MORNING + timedelta(days=90)
    clock = started("handle")
    case = replace(report(), round=2, clocks=(clock, replace(clock, round=2, started_at=late)))
    found = [one for clock in case.clocks if (one := reached(clock, late, CALENDAR))]
    first, second = apply(case, entry_of(case, found, late)).clocks
    assert (first.told, second.told) == (Told("escalate", late), None)
