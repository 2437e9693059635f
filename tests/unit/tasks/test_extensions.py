"""The one extension: whom it is asked of, who grants it, and what is left of the request afterwards."""

from __future__ import annotations

import pytest

from services.tasks.model.conflict import Colleague
from services.tasks.model.decisions import allowed_actions
from services.tasks.model.refusals import Forbidden, Invalid, WrongState
from tests.unit.tasks.builders import (
    BUREAU,
    COLLEAGUES,
    DESK,
    DISTRICT,
    HANDLER,
    LEADER,
    File,
    Somebody,
    report,
    somebody,
)

OTHER_LEADER = somebody("leader", id="other-leader")
HANDLING_LEADER = somebody("leader", "handler", id="handling-leader")
BOTH = (OTHER_LEADER, HANDLING_LEADER)
ON_REQUEST = {"approve_extension", "refuse_extension"}


def in_hand(*more: Colleague, **about) -> File:
    colleagues = {**COLLEAGUES, **{one.id: one.as_colleague() for one in BOTH}, **{one.id: one for one in more}}
    return File(report(**about), colleagues=colleagues).investigating()


def ask(file: File, of: str) -> File:
    return file.act("ask_extension", DESK, days=5, approver_id=of, reason="复杂")


def reassigned(file: File, to: Somebody) -> File:
    return file.act("reassign", DESK, handler_id=to.id, reason="工作调整")


def given(file: File) -> list[int]:
    return [clock.extension.days for clock in file.case.clocks if clock.extension]


GONE = somebody("leader", id="new").as_colleague(active=False)
NO_LEADER = somebody("desk", id="new").as_colleague()
CONCERNED = somebody("leader", id="new", unit_path=(BUREAU, DISTRICT)).as_colleague()


@pytest.mark.parametrize(
    ("approver", "why"),
    [(GONE, "not_a_leader"), (NO_LEADER, "not_a_leader"), (CONCERNED, "unit_concerned")],
    ids=["gone", "no leader", "of the unit concerned"],
)
def test_it_is_asked_of_an_active_leader_of_a_unit_that_is_not_concerned(approver, why):
    with pytest.raises(Invalid) as refused:
        ask(in_hand(approver, excluded_unit_ids=[DISTRICT]), approver.id)
    assert refused.value.errors == [{"field": "approver_id", "message": f"cases.{why}"}]


def test_nobody_is_asked_to_give_their_own_case_more_time():
    file = reassigned(in_hand(), HANDLING_LEADER)
    with pytest.raises(Invalid) as refused:
        ask(file, HANDLING_LEADER.id)
    assert refused.value.errors == [{"field": "approver_id", "message": "cases.approver_is_handler"}]


def test_no_leader_extends_in_the_name_of_another():
    with pytest.raises(Invalid) as refused:
        in_hand().act("extend", LEADER, days=5, approver_id=OTHER_LEADER.id, reason="复杂")
    assert refused.value.errors == [{"field": "approver_id", "message": "cases.approve_in_person"}]


@pytest.mark.parametrize(("action", "fields"), [("approve_extension", {}), ("refuse_extension", {"reason": "不准"})])
def test_only_the_leader_who_was_asked_decides(action, fields):
    file = ask(in_hand(), LEADER.id)
    assert allowed_actions(file.case, OTHER_LEADER) == allowed_actions(in_hand().case, OTHER_LEADER)
    with pytest.raises(Forbidden) as refused:
        file.act(action, OTHER_LEADER, **fields)
    assert refused.value.why == "cases.not_the_approver"
    assert action in allowed_actions(file.case, LEADER)


def test_a_leader_who_handles_the_case_by_now_may_still_refuse():
    file = reassigned(ask(in_hand(), HANDLING_LEADER.id), HANDLING_LEADER)
    assert ON_REQUEST & set(allowed_actions(file.case, HANDLING_LEADER)) == {"refuse_extension"}
    with pytest.raises(Forbidden):
        file.act("approve_extension", HANDLING_LEADER)
    file.act("refuse_extension", HANDLING_LEADER, reason="不准")
    assert (given(file), file.case.extension_request) == ([], None)


@pytest.mark.parametrize(
    ("action", "fields", "days"), [("approve_extension", {}, [5]), ("refuse_extension", {"reason": "不准"}, [])]
)
def test_what_was_decided_is_asked_no_longer(action, fields, days):
    file = ask(in_hand(), LEADER.id).act(action, LEADER, **fields)
    assert (given(file), file.case.extension_request) == (days, None)
    with pytest.raises(WrongState):
        file.act("refuse_extension", LEADER, reason="不准")


def test_an_extension_in_person_settles_what_was_asked():
    file = ask(in_hand(), OTHER_LEADER.id).act("extend", LEADER, days=7, approver_id=LEADER.id, reason="复杂")
    assert (given(file), file.case.extension_request) == ([7], None)
    assert not ON_REQUEST & set(allowed_actions(file.case, OTHER_LEADER))


def test_handler_and_desk_ask_and_the_later_request_takes_the_place_of_the_earlier():
    file = ask(in_hand(), LEADER.id).act("ask_extension", HANDLER, days=9, approver_id=OTHER_LEADER.id, reason="复杂")
    assert (file.case.extension_request.approver_id, file.case.extension_request.by_id) == (OTHER_LEADER.id, HANDLER.id)
    assert not ON_REQUEST & set(allowed_actions(file.case, LEADER))


def test_more_time_to_handle_is_no_more_time_for_whoever_helps():
    file = in_hand().act("request_assistance", DESK, body="police", what="户籍", reason="核实")
    file.act("extend", LEADER, days=5, approver_id=LEADER.id, reason="复杂")
    assert {clock.rule for clock in file.case.clocks if clock.ended_at is None} == {"handle", "assist"}
    assert [clock.rule for clock in file.case.clocks if clock.extension] == ["handle"]
