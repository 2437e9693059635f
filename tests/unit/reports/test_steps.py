"""What the reporter sees of each step: its day, how it stands, and why the day moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.reports.schemas.reporter import STEP_STATES, STEPS
from contracts.tasks.events import CLOCK_STATES, REPORTER_STATES
from gateway.texts import reports as texts
from services.reports.model.steps import (
    FIRST_HANDLING,
    GIVEN_AWAY,
    HANDED_ON,
    HANDLING_AGAIN,
    STEP_OF_RULE,
    UNDECIDED,
    steps,
)
from services.tasks.model.rules import RULES

DAY_ONE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def day(number: float) -> datetime:
    return DAY_ONE + timedelta(days=number)


def a_clock(rule, state="running", due=15, met=None, started=0, moved=()):
    return {
        "rule": rule,
        "started_at": day(started),
        "due_at": None if state == "paused" else day(due),
        "state": state,
        "met_at": None if met is None else day(met),
        "moved": list(moved),
    }


def report(*clocks, state="registered", **told):
    return {"kind": "report", "state": state, "due_at": day(15), "reporter_clocks": list(clocks), **told}


def states(report, now=2):
    return {step.step: step.state for step in steps(report, day(now))}


ACCEPTED = (
    a_clock("register_and_route", "met", met=3),
    a_clock("tell_acceptance", "met", met=3),
    a_clock("tell_acceptance_named", "met", due=21, met=3),
)


def test_every_rule_of_which_reporters_are_told_belongs_to_a_step():
    assert set(STEP_OF_RULE) == {rule.code for rule in RULES if rule.counts and "report" in rule.sources}
    assert set(STEP_OF_RULE.values()) == set(STEPS)


def test_the_states_that_the_steps_go_by_are_those_that_cases_tell():
    assert GIVEN_AWAY | (UNDECIDED - {"received"}) <= set(REPORTER_STATES)


@pytest.mark.parametrize("words", [texts.ZH, texts.EN], ids=["zh-CN", "en"])
def test_steps_and_their_states_have_words(words):
    assert {f"reports.step.{step}" for step in STEPS} <= words.keys()
    assert {f"reports.step_state.{state}" for state in STEP_STATES} <= words.keys()


def test_a_suggestion_has_no_steps():
    assert steps({"kind": "suggestion", "state": "received"}, DAY_ONE) == []


def test_a_fresh_report_waits_for_its_acceptance_until_the_nearest_day_and_the_rest_has_not_begun():
    acceptance, result, feedback = steps(report(), day(2))

    assert (acceptance.step, acceptance.state, acceptance.due_at) == ("acceptance", "waiting", day(15))
    assert [(step.state, step.due_at) for step in (result, feedback)] == [("waiting", None)] * 2
    assert states(report(), now=16)["acceptance"] == "late"


def test_of_several_days_for_one_step_the_earliest_counts():
    clocks = (a_clock("tell_acceptance_named", due=21), a_clock("tell_acceptance", due=15))

    assert steps(report(*clocks), day(2))[0].due_at == day(15)
    assert states(report(*clocks), now=16)["acceptance"] == "late"


def test_a_step_that_was_done_tells_when():
    acceptance, result, _ = steps(report(*ACCEPTED, a_clock("handle", due=63, started=3), state="accepted"), day(5))

    assert (acceptance.state, acceptance.done_at) == ("done", day(3))
    assert (result.state, result.due_at) == ("waiting", day(63))


def test_what_was_done_too_late_stays_late_and_tells_when():
    [acceptance, *_] = steps(report(a_clock("tell_acceptance", "missed", met=17), state="accepted"), day(20))

    assert (acceptance.state, acceptance.done_at) == ("late", day(17))


def test_what_ran_when_it_was_told_is_late_once_its_day_is_past():
    told = report(*ACCEPTED, a_clock("handle", due=63), state="in_progress")

    assert (states(told, now=63)["result"], states(told, now=63.1)["result"]) == ("waiting", "late")


def test_while_the_work_is_suspended_no_day_is_told():
    told = report(*ACCEPTED, a_clock("handle", "paused"), state="suspended")
    result = steps(told, day(500))[1]

    assert (result.state, result.due_at) == ("paused", None)


def test_a_step_of_which_one_day_is_suspended_tells_none_of_its_other_days():
    clocks = (a_clock("tell_acceptance", due=15), a_clock("tell_acceptance_named", "paused", started=16))
    acceptance = steps(report(*clocks), day(2))[0]

    assert (acceptance.state, acceptance.due_at) == ("paused", None)


def test_why_a_day_moved_is_told_as_the_clock_tells_it():
    move = {"at": day(9), "reason": "extension.complex", "due_before": day(63), "due_after": day(93)}

    assert steps(report(*ACCEPTED, a_clock("handle", moved=[move])), day(2))[1].moved == [move]


@pytest.mark.parametrize("state", sorted(GIVEN_AWAY))
def test_nothing_more_is_owed_for_what_is_not_accepted_or_handed_on(state):
    assert states(report(*ACCEPTED, state=state)) == {
        "acceptance": "done", "result": "not_needed", "feedback": "not_needed",
    }  # fmt: skip


@pytest.mark.parametrize("state", sorted(GIVEN_AWAY))
@pytest.mark.parametrize("clock", [a_clock("handle", due=63), a_clock("handle", "paused")], ids=["running", "paused"])
def test_what_began_before_it_was_given_away_is_not_waited_for_any_more(state, clock):
    told = report(*ACCEPTED, clock, state=state)

    assert states(told)["result"] == "not_needed"


def test_for_an_anonymous_reporter_telling_the_result_has_no_day_but_is_told_when_done():
    handled = report(*ACCEPTED, a_clock("handle", "met", met=30), state="handled")

    assert states(handled)["feedback"] == "waiting"
    assert steps(handled, day(400))[2].due_at is None
    assert states(handled | {"result_told": True})["feedback"] == "done"


def test_a_re_examination_has_its_own_step_in_place_of_acceptance_and_result():
    told = report(a_clock("re_examine", due=90, started=60), state="accepted", re_examination=True)

    assert [(step.step, step.due_at) for step in steps(told, day(61))] == [
        ("re_examination", day(90)), ("feedback", None),
    ]  # fmt: skip


def test_of_a_report_about_the_head_of_the_bureau_only_handing_it_on_is_owed_here():
    fresh = report(route="above")
    [forwarding] = steps(fresh, day(2))
    assert (forwarding.step, forwarding.state, forwarding.due_at) == ("forwarding", "waiting", day(15))

    handed_on = report(a_clock("forward_above", "met", due=7, met=4), state="transferred", route="above")
    assert states(handed_on) == {"forwarding": "done"}


_MOMENTS = st.integers(-5, 100).map(day)
_CLOCKS = st.builds(
    lambda rule, state, due, met: {
        "rule": rule, "started_at": DAY_ONE, "due_at": None if state == "paused" else due, "state": state,
        "met_at": met if state in ("met", "missed") else None, "moved": [],
    },
    st.sampled_from([*STEP_OF_RULE, "a_rule_of_tomorrow"]), st.sampled_from(CLOCK_STATES), _MOMENTS, _MOMENTS,
)  # fmt: skip
_REPORTS = st.builds(
    lambda clocks, state, again, told, route: report(
        *clocks, state=state, re_examination=again, result_told=told, route=route
    ),
    st.lists(_CLOCKS, max_size=6), st.sampled_from(["received", *REPORTER_STATES]), st.booleans(), st.booleans(),
    st.sampled_from(["bureau", "above"]),
)  # fmt: skip


@given(told=_REPORTS, now=_MOMENTS)
def test_every_step_is_told_once_in_order_and_in_a_known_state(told, now):
    seen = steps(told, now)

    assert tuple(step.step for step in seen) in (FIRST_HANDLING, HANDLING_AGAIN, HANDED_ON)
    assert {step.state for step in seen} <= set(STEP_STATES)
    assert all(step.due_at is None for step in seen if step.state == "paused")


@given(told=_REPORTS, now=_MOMENTS, later=st.integers(0, 100))
def test_time_alone_makes_nothing_but_late(told, now, later):
    for before, after in zip(steps(told, now), steps(told, now + timedelta(days=later)), strict=True):
        assert after.state in (before.state, "late")
        assert (after.due_at, after.done_at) == (before.due_at, before.done_at)
