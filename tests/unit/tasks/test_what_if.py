"""What if it were suspended, resumed, extended: the answer is what really doing it comes to, and nothing is changed."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tasks.model import clocks
from services.tasks.model.calendar import PLACE, end_of, local_day
from services.tasks.model.oversight import moments
from services.tasks.model.refusals import Invalid, WrongState
from services.tasks.model.what_if import Plan, check, outlook
from tests.unit.tasks.builders import CALENDAR, DESK, LEADER, MORNING, File

TODAY = local_day(MORNING)


def asked(file: File, **plan) -> list:
    asked_for = Plan(**plan)
    check(file.case, asked_for, file.now, [])
    return outlook(file.case, asked_for, file.now, CALENDAR)


def due(file: File, rule: str, **plan) -> date | None:
    [one] = [one for one in asked(file, **plan) if one.clock.rule == rule]
    return local_day(one.due_at) if one.due_at else None


def test_without_any_plan_it_is_as_it_is():
    file = File().investigating()
    [handle] = asked(file)
    assert handle.due_at == clocks.due_at(handle.clock, file.now, CALENDAR) == end_of(date(2026, 5, 1))
    assert handle.stages == tuple(moments(handle.clock, file.now, CALENDAR))


def test_a_suspension_of_ten_days_and_an_extension_of_twenty_add_up():
    file = File().investigating()
    plan = {"suspend_on": TODAY + timedelta(days=5), "resume_on": TODAY + timedelta(days=15), "extend_days": 20}
    assert due(file, "handle", **plan) == date(2026, 5, 1) + timedelta(days=30)
    assert due(file, "handle") == date(2026, 5, 1)


def test_if_suspended_without_a_day_of_resumption_no_end_is_known_and_what_is_past_stays():
    file = File().investigating()
    [handle] = asked(file, suspend_on=TODAY + timedelta(days=50))
    assert handle.due_at is None
    assert [(stage, at is None) for stage, at in handle.stages] == [
        ("remind", False), ("urge", True), ("supervise", True), ("escalate", True),
    ]  # fmt: skip


def test_clocks_that_neither_stand_still_nor_are_extended_run_on_in_it():
    file = File().investigating().act("request_assistance", DESK, what="调取账目", reason="核对", unit_id="elsewhere")
    before = due(file, "assist")
    assert before is not None
    assert due(file, "assist", suspend_on=TODAY, resume_on=TODAY + timedelta(days=40), extend_days=20) == before


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        ({"suspend_on": TODAY - timedelta(days=1)}, "suspend_on"),
        ({"suspend_on": TODAY, "resume_on": TODAY - timedelta(days=1)}, "resume_on"),
        ({"suspend_on": TODAY + timedelta(days=9), "resume_on": TODAY + timedelta(days=8)}, "resume_on"),
        ({"suspend_on": date.max}, "suspend_on"),
        ({"suspend_on": TODAY, "resume_on": date(9000, 1, 1)}, "resume_on"),
        ({"extend_days": 31}, "extend_days"),
    ],
)
def test_days_that_cannot_be_meant_are_refused(plan, field):
    with pytest.raises(Invalid) as refused:
        asked(File().investigating(), **plan)
    assert [error["field"] for error in refused.value.errors] == [field]


def test_what_the_state_of_the_case_does_not_allow_is_refused():
    suspended = File().investigating().act("suspend", DESK, reason="等待鉴定")
    for file, plan in (
        (File(), {"suspend_on": TODAY}),
        (File().closed(), {"suspend_on": TODAY}),
        (File().investigating(), {"resume_on": TODAY}),
        (suspended, {"suspend_on": TODAY}),
    ):
        with pytest.raises(WrongState):
            asked(file, **plan)
    with pytest.raises(Invalid):
        asked(File(), extend_days=5)
    extended = File().investigating().act("extend", LEADER, days=5, approver_id=LEADER.id, reason="复杂")
    with pytest.raises(Invalid):
        asked(extended, extend_days=5)


@given(
    passed=st.integers(0, 80),
    suspend_in=st.none() | st.integers(0, 60),
    resume_in=st.none() | st.integers(0, 120),
    extend_days=st.none() | st.integers(1, 30),
    hour=st.integers(0, 23),
    suspended=st.booleans(),
)
def test_it_answers_what_really_doing_it_comes_to(passed, suspend_in, resume_in, extend_days, hour, suspended):
    """Done at any hour of those days, by the actions themselves."""
    file = File().investigating().later(passed)
    if suspended:
        file.act("suspend", DESK, reason="等待鉴定").later(3)
        suspend_in = None
        extend_days = extend_days if resume_in is not None else None
    elif suspend_in is None:
        resume_in = None
    elif resume_in is not None:
        resume_in = max(resume_in, suspend_in)
    today, before = local_day(file.now), file.case
    days = {
        "suspend_on": None if suspend_in is None else today + timedelta(days=suspend_in),
        "resume_on": None if resume_in is None else today + timedelta(days=resume_in),
    }
    answer = {one.clock.rule: one for one in asked(file, **days, extend_days=extend_days)}
    assert file.case is before

    def extend() -> None:
        if extend_days is not None:
            file.act("extend", LEADER, days=extend_days, approver_id=LEADER.id, reason="复杂")

    def on(day: date) -> None:
        file.now = max(file.now, datetime.combine(day, time(hour, 30), PLACE))

    if not suspended:
        extend()
    if days["suspend_on"]:
        on(days["suspend_on"])
        file.act("suspend", DESK, reason="等待鉴定")
    if days["resume_on"]:
        on(days["resume_on"])
        file.act("resume", DESK)
    if suspended and days["resume_on"]:
        extend()

    for clock in file.case.clocks:
        if clock.ended_at is not None:
            continue
        one = answer[clock.rule]
        real = clocks.due_at(clock, file.now, CALENDAR)
        if clocks.is_paused(clock):
            assert one.due_at in (None, real)
        else:
            assert one.due_at == real
            assert list(one.stages) == moments(clock, file.now, CALENDAR)
