"""In whose hands a case is: joint handlers who come and go, and a unit that has objected to having it."""

from __future__ import annotations

import pytest

from services.tasks.model.decisions import allowed_actions
from services.tasks.model.refusals import Invalid, WrongState
from tests.unit.tasks.builders import BUREAU, COLLEAGUES, DESK, HANDLER, LEADER, OTHER_HANDLER, File, somebody

ELSEWHERE = somebody("handler", id="elsewhere", unit_path=(BUREAU, "elsewhere"))


def joined() -> File:
    return File().investigated().act("join", DESK, handler_id=OTHER_HANDLER.id, reason="跨单位")


def test_whoever_handles_it_jointly_already_does_not_join_again():
    file = joined()
    with pytest.raises(Invalid) as refused:
        file.act("join", DESK, handler_id=OTHER_HANDLER.id, reason="?")
    assert refused.value.errors == [{"field": "handler_id", "message": "cases.handles_already"}]


def test_only_a_joint_handler_is_released():
    file = File().investigated()
    assert "unjoin" not in allowed_actions(file.case, DESK)
    with pytest.raises(WrongState):
        file.act("unjoin", DESK, handler_id=OTHER_HANDLER.id, reason="?")
    file.act("join", DESK, handler_id=OTHER_HANDLER.id, reason="跨单位")
    with pytest.raises(Invalid) as refused:
        file.act("unjoin", DESK, handler_id=HANDLER.id, reason="?")
    assert refused.value.errors == [{"field": "handler_id", "message": "cases.not_a_joint_handler"}]
    file.act("unjoin", DESK, handler_id=OTHER_HANDLER.id, reason="任务完成")
    assert (file.case.joint_handler_ids, file.case.handler_id) == ((), HANDLER.id)


def test_a_joint_handler_who_is_given_the_case_is_no_joint_handler_any_more():
    file = joined()
    file.act("reassign", DESK, handler_id=OTHER_HANDLER.id, reason="调整")
    assert (file.case.handler_id, file.case.joint_handler_ids) == (OTHER_HANDLER.id, ())


def test_a_joint_handler_who_is_no_handler_any_more_does_nothing_of_it():
    file = joined()
    assert allowed_actions(file.case, somebody("leader", id=OTHER_HANDLER.id)) == allowed_actions(file.case, LEADER)


def test_a_joint_handler_who_must_keep_out_is_released():
    file = joined()
    file.act("exclude", DESK, person_ids=[OTHER_HANDLER.id], reason="近亲属")
    assert (file.case.joint_handler_ids, file.case.handler_id) == ((), HANDLER.id)


def test_a_unit_that_has_objected_is_not_given_the_case_in_the_name_of_another_handler():
    file = File().accepted().act("assign", DESK, handler_id=HANDLER.id).act("object", HANDLER, reason="不属职权")
    file.colleagues = {**COLLEAGUES, ELSEWHERE.id: ELSEWHERE.as_colleague()}
    with pytest.raises(Invalid) as refused:
        file.act("assign", DESK, handler_id=ELSEWHERE.id, unit_id="office")
    assert refused.value.errors == [{"field": "handler_id", "message": "cases.unit_has_objected"}]
    file.act("assign", DESK, handler_id=OTHER_HANDLER.id, unit_id="elsewhere")
    assert file.case.unit_id == "elsewhere"


def test_the_desk_insists_on_the_unit_that_it_named_and_on_nobody_who_may_not_have_it():
    file = File().accepted().act("assign", DESK, handler_id=HANDLER.id, unit_id="team-2")
    file.act("object", HANDLER, reason="不属职权")
    gone = {**COLLEAGUES, HANDLER.id: HANDLER.as_colleague(active=False)}
    with pytest.raises(Invalid):
        File(file.case, now=file.now, colleagues=gone).act("insist", DESK, reason="属职权")
    assert file.act("insist", DESK, reason="属职权").case.unit_id == "team-2"
