"""Why the end of a time limit moved: each reason once, with the day before and the day after."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.tasks.model import clocks
from services.tasks.model.clocks import Clock, Extension, Pause
from services.tasks.model.moves import moves
from tests.unit.tasks.builders import CALENDAR, DESK, LEADER, MORNING, File


def handling(file: File) -> Clock:
    return next(clock for clock in file.case.clocks if clock.rule == "handle")


def days(move) -> int:
    return (move.due_after - move.due_before).days


def test_a_clock_that_runs_as_it_began_has_not_moved():
    assert moves(handling(File().investigating()), CALENDAR) == []


def test_an_extension_tells_its_ground_and_the_days_it_gave():
    file = File().investigating().later(5)
    file.act("extend", LEADER, days=20, approver_id=LEADER.id, reason="人多", ground="many_persons")
    [move] = moves(handling(file), CALENDAR)

    assert (move.reason, move.at, days(move)) == ("extension.many_persons", file.now, 20)


def test_an_extension_without_a_ground_is_for_complexity():
    file = File().investigating().act("extend", LEADER, days=20, approver_id=LEADER.id, reason="复杂")

    assert moves(handling(file), CALENDAR)[0].reason == "extension.complex"


def test_while_suspended_no_new_end_is_known_and_resuming_tells_it():
    file = File().investigating().later(2).act("suspend", DESK, reason="等待鉴定")
    [suspended] = moves(handling(file), CALENDAR)
    assert (suspended.reason, suspended.due_after) == ("suspension", None)

    file.later(12).act("resume", DESK)
    first, resumed = moves(handling(file), CALENDAR)
    assert (first, resumed.reason, days(resumed)) == (suspended, "resumption", 12)
    assert resumed.due_before == suspended.due_before


@st.composite
def facts(draw):
    """A clock with pauses that follow each other and perhaps an extension, as people could have made it."""
    moments = sorted(draw(st.lists(st.integers(0, 80 * 24), max_size=6)))
    at = [MORNING + timedelta(hours=hour) for hour in moments]
    pauses = tuple(Pause(since, until) for since, until in zip(at[::2], at[1::2], strict=False))
    if len(at) % 2:
        pauses += (Pause(at[-1]),)
    extension = draw(st.none() | st.builds(Extension, st.integers(1, 30), st.just("leader"), st.just(MORNING)))
    return Clock("handle", "2022-02-25", MORNING, pauses=pauses, extension=extension)


@given(clock=facts())
def test_the_moves_lead_from_the_rules_own_end_to_the_present_one(clock):
    told = moves(clock, CALENDAR)
    bare = Clock(clock.rule, clock.version, clock.started_at)
    ends = [move for move in told if move.due_after is not None]

    assert [move.at for move in told] == sorted(move.at for move in told)
    assert all(one.due_after == other.due_before for one, other in pairwise(ends))
    assert not ends or ends[0].due_before == clocks.due_at(bare, MORNING, CALENDAR)
    if ends and not clocks.is_paused(clock):
        assert ends[-1].due_after == clocks.due_at(clock, MORNING, CALENDAR)
    assert all(move.due_after >= move.due_before for move in ends)
