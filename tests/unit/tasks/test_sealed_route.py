"""A case about the head of the bureau: seen by the supervision group alone, and handed on within five working days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.tasks.model import clocks
from services.tasks.model.calendar import local_day
from services.tasks.model.clocks import due_at
from services.tasks.model.conflict import acting_roles, reads_details, sees
from services.tasks.model.decisions import Forbidden, allowed_actions
from services.tasks.model.rules import ABOVE
from services.tasks.model.transitions import BY_ACTION, OPENING, TABLE, text_code
from tests.unit.tasks.builders import BUREAU, CALENDAR, DESK, HANDLER, LEADER, SUPERVISOR, File, report, somebody

CASE = report(route=ABOVE, excluded_unit_ids=(BUREAU,), reporter_mode="named")
# Even if the conflict by unit did not hide it.
BY_ROUTE_ALONE = replace(CASE, excluded_unit_ids=())


@pytest.mark.parametrize("case", [CASE, BY_ROUTE_ALONE])
@pytest.mark.parametrize("person", [DESK, LEADER, HANDLER, somebody("desk", unit_path=("elsewhere",))])
def test_nobody_of_the_bureau_sees_it_or_acts_on_it(case, person):
    mine = replace(case, handler_id=person.id)

    assert not sees(person, mine)
    assert not reads_details(person, mine)
    assert not acting_roles(person, mine)
    assert allowed_actions(mine, person) == []


@pytest.mark.parametrize("case", [CASE, BY_ROUTE_ALONE])
def test_the_supervision_group_sees_its_progress_and_may_only_hand_it_on_and_keep_people_out(case):
    assert sees(SUPERVISOR, case)
    assert not reads_details(SUPERVISOR, case)
    assert allowed_actions(case, SUPERVISOR) == ["transfer", "exclude"]
    for row in TABLE:
        if row.action not in ("transfer", "exclude", "reopen"):
            assert row.action not in allowed_actions(case, SUPERVISOR)


def test_being_of_the_desk_as_well_gives_the_supervision_group_no_more():
    both = somebody("supervisor", "desk", "handler")

    assert allowed_actions(replace(CASE, handler_id=both.id), both) == ["transfer", "exclude"]


def test_the_one_clock_is_that_of_handing_on_within_five_working_days():
    (clock,) = CASE.clocks

    assert clock.rule == "forward_above"
    # Monday, 2 March 2026; the Monday after it is the fifth working day.
    assert local_day(due_at(clock, CASE.opened_at, CALENDAR)) == date(2026, 3, 9)


def test_handing_on_meets_the_clock_and_nobody_of_the_desk_can_do_it():
    file = File(case=CASE)
    with pytest.raises(Forbidden):
        file.act("transfer", DESK, body="省司法厅", reason="管辖")

    file.later(days=2).act("transfer", SUPERVISOR, body="省司法厅", reason="涉及本单位主要负责人")

    assert (file.case.state, file.case.reporter_state) == ("transferred", "transferred")
    assert clocks.state(file.case.clocks[0], file.now, CALENDAR) == "met"
    assert file.case.route == ABOVE


def test_reopened_it_is_to_be_handed_on_again():
    file = File(case=CASE).act("transfer", SUPERVISOR, body="省司法厅", reason="管辖")

    file.later(days=1).act("reopen", SUPERVISOR, reason="上级退回")

    assert file.case.state == "registered"
    assert [clock.rule for clock in file.case.clocks if clock.ended_at is None] == ["forward_above"]
    assert allowed_actions(file.case, SUPERVISOR) == ["transfer", "exclude"]


def test_other_cases_never_get_that_clock():
    assert "forward_above" not in {clock.rule for clock in report().clocks}


def test_the_reporter_reads_that_it_goes_to_the_level_above():
    assert text_code(OPENING, ABOVE, {}) == "case.registered_for_above"
    assert text_code(BY_ACTION["transfer"], ABOVE, {}) == "case.sent_above"
    assert text_code(BY_ACTION["transfer"], "bureau", {}) == "case.transferred"
    assert text_code(BY_ACTION["reopen"], ABOVE, {}) == "case.reopened"
