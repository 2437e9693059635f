"""What a case sends to others: to whom, on what ground, under which number; and who may."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from contracts.tasks.schemas import dispatch as contract
from services.tasks.model import clocks
from services.tasks.model.bodies import BODIES, OTHER, Ground, addressee, in_force
from services.tasks.model.decisions import allowed_actions
from services.tasks.model.dispatch import dispatch_number, kind_of
from services.tasks.model.refusals import CaseCannotClose, Forbidden, Invalid, WrongState
from tests.unit.tasks.builders import CALENDAR, DESK, HANDLER, LEADER, OTHER_HANDLER, SUPERVISOR, File


def transferred(**fields):
    return File().act("transfer", DESK, body="police", reason="管辖", **fields)


def asked(**fields):
    return File().investigated().act("request_assistance", HANDLER, body="police", what="户籍", reason="核实", **fields)


def running(file, rule):
    return [clock for clock in file.case.clocks if clock.rule == rule and clock.ended_at is None]


def test_the_contract_names_exactly_the_bodies_of_the_model():
    assert tuple(body.code for body in BODIES) == contract.BODIES
    assert all(body.transfer for body in BODIES)


def test_a_body_is_told_by_its_code_or_by_its_name_alone_and_another_one_must_be_named():
    assert addressee("court", None) == ("court", None)
    assert addressee("court", "某区人民法院") == ("court", "某区人民法院")
    assert addressee("市纪委监委", None) == (OTHER, "市纪委监委")
    assert addressee(OTHER, "省司法厅") == (OTHER, "省司法厅")
    with pytest.raises(Invalid):
        addressee(OTHER, None)


def test_the_ground_is_the_newest_that_is_in_force():
    older = Ground("x", "1", "2010-01-01", date(2010, 1, 1))
    newer = Ground("x", "2", "2026-01-01", date(2026, 7, 1))
    assert in_force((older, newer), date(2026, 6, 30)) == older
    assert in_force((older, newer), date(2026, 7, 1)) == newer
    assert in_force((), date(2026, 7, 1)) is None


def test_document_numbers_read_as_those_of_the_bureau():
    assert dispatch_number("明司", kind_of("transfer", "bureau"), 2026, 12) == "明司转〔2026〕12号"
    assert dispatch_number("明司", kind_of("request_assistance", "bureau"), 2026, 3) == "明司协〔2026〕3号"
    assert dispatch_number("明司", kind_of("transfer", "above"), 2026, 1) == "明司报〔2026〕1号"


def test_the_other_bodys_term_runs_from_the_transfer_and_never_makes_the_case_overdue():
    file = transferred()
    (clock,) = running(file, "transfer_acknowledged")
    assert clocks.due_at(clock, file.now, CALENDAR).date() == date(2026, 3, 17)
    assert clocks.next_due_at(file.case.clocks, file.now + timedelta(days=99), CALENDAR) is None


def test_an_answer_that_is_recorded_late_counts_for_the_day_on_which_it_was_given():
    file = transferred().later(60)
    file.act("acknowledge_transfer", SUPERVISOR, answered_on=date(2026, 3, 12), answer_number="7", reason="受理")
    (clock,) = [clock for clock in file.case.clocks if clock.rule == "transfer_acknowledged"]
    assert clocks.state(clock, file.now, CALENDAR) == "met"
    assert "acknowledge_transfer" not in allowed_actions(file.case, DESK)
    with pytest.raises(WrongState):
        file.act("acknowledge_transfer", DESK, answered_on=date(2026, 3, 12), reason="又一次")


@pytest.mark.parametrize("back", ["take_back", "reopen"])
def test_a_case_that_comes_back_waits_for_no_answer_and_begins_anew(back):
    file = transferred().later(5).act(back, DESK, reason="退回")
    assert running(file, "transfer_acknowledged") == []
    assert (file.case.state, file.case.round) == ("registered", 2)
    assert [clock.started_at for clock in running(file, "tell_acceptance")] == [file.now]
    assert file.case.transfer.state == ("declined" if back == "take_back" else "sent")


def test_only_the_desk_and_the_supervision_group_deal_with_the_answer_of_the_body():
    file = transferred()
    for person in (HANDLER, LEADER, OTHER_HANDLER):
        with pytest.raises(Forbidden):
            file.act("take_back", person, reason="退回")
        with pytest.raises(Forbidden):
            file.act("acknowledge_transfer", person, answered_on=date(2026, 3, 2), reason="受理")


def test_the_case_of_another_handler_asks_nobody_for_assistance():
    with pytest.raises(Forbidden):
        File().investigated().act("request_assistance", OTHER_HANDLER, body="court", what="卷宗", reason="核实")


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "body"),
        ({"body": "court", "unit_id": "district"}, "body"),
        ({"body": "other"}, "body_name"),
        ({"unit_id": "concerned"}, "unit_id"),
    ],
    ids=["nobody", "two", "unnamed", "a unit concerned"],
)
def test_assistance_is_asked_of_one_body_or_one_unit_that_is_not_concerned(fields, wrong):
    file = File().investigated()
    file.case = replace(file.case, excluded_unit_ids=("concerned",))
    with pytest.raises(Invalid) as refused:
        file.act("request_assistance", DESK, what="卷宗", reason="核实", **fields)
    assert refused.value.errors[0]["field"] == wrong


def test_requests_are_numbered_in_the_case_and_each_has_a_clock_that_a_suspension_does_not_stop():
    file = asked().act("request_assistance", DESK, unit_id="district", what="台账", reason="核实")
    assert [clock.ref for clock in running(file, "assist")] == ["1", "2"]
    file.act("suspend", DESK, ground="awaiting_assistance", reason="等待协查")
    assert not any(clocks.is_paused(clock) for clock in running(file, "assist"))
    file.later(3).act("record_assistance", HANDLER, request=2, what="属实", evidence=["台账"])
    assert [clock.ref for clock in running(file, "assist")] == ["1"]
    assert file.case.evidence == 2


def test_whoever_records_what_the_others_found_has_a_part_in_the_investigation():
    file = asked().act("record_assistance", DESK, request=1, what="无此人")
    assert DESK.id in file.case.investigators


def test_a_case_is_not_concluded_before_the_assistance_it_asked_for_is_given_or_not_wanted_any_more():
    for answer in ("record_assistance", "withdraw_assistance"):
        file = asked().act("record_finding", HANDLER, allegation=1, outcome="false", reason="不实")
        assert "conclude" not in allowed_actions(file.case, HANDLER)
        with pytest.raises(CaseCannotClose) as refused:
            file.act("conclude", HANDLER)
        assert refused.value.missing == ["assistance:1"]
        file.act(
            answer, HANDLER, request=1, **({"what": "答复"} if answer == "record_assistance" else {"reason": "不需"})
        )
        assert file.act("conclude", HANDLER).case.state == "feedback"


def test_a_case_in_other_hands_waits_for_no_assistance_any_more():
    file = asked().act("return", HANDLER, reason="回避").act("transfer", DESK, body="court", reason="涉诉")
    assert running(file, "assist") == []
    assert [one.state for one in file.case.assistance] == ["withdrawn"]


def test_a_request_is_answered_once():
    file = asked().act("record_assistance", HANDLER, request=1, what="无此人")
    assert not {"record_assistance", "withdraw_assistance"} & set(allowed_actions(file.case, HANDLER))
    file.act("request_assistance", HANDLER, body="court", what="卷宗", reason="核实")
    for action, fields in (("record_assistance", {"what": "?"}), ("withdraw_assistance", {"reason": "?"})):
        with pytest.raises(Invalid) as refused:
            file.act(action, HANDLER, request=1, **fields)
        assert refused.value.errors[0]["field"] == "request"


@pytest.mark.parametrize(("day", "right"), [(1, False), (2, True), (4, True), (5, False)])
def test_an_answer_is_of_a_day_from_the_transfer_on_and_not_of_one_to_come(day, right):
    file = transferred().later(2)
    fields = {"answered_on": date(2026, 3, day), "reason": "受理"}
    if right:
        assert file.act("acknowledge_transfer", DESK, **fields).case.transfer.answered_on == date(2026, 3, day)
        return
    with pytest.raises(Invalid) as refused:
        file.act("acknowledge_transfer", DESK, **fields)
    assert refused.value.errors[0]["message"] == "cases.answered_out_of_time"


def test_an_answer_of_today_counts_for_the_moment_at_which_it_is_recorded():
    file = transferred().later(2).act("acknowledge_transfer", DESK, answered_on=date(2026, 3, 4), reason="受理")
    [clock] = [clock for clock in file.case.clocks if clock.rule == "transfer_acknowledged"]
    assert clock.ended_at == file.now


def test_a_case_is_suspended_to_wait_for_assistance_only_while_some_is_awaited():
    file = asked().act("record_assistance", HANDLER, request=1, what="无此人")
    with pytest.raises(Invalid) as refused:
        file.act("suspend", DESK, ground="awaiting_assistance", reason="等待协查")
    assert refused.value.errors == [{"field": "ground", "message": "cases.no_open_assistance"}]


def test_what_was_answered_before_the_transfer_stays_answered():
    file = asked().act("record_assistance", HANDLER, request=1, what="无此人")
    file.act("request_assistance", HANDLER, body="court", what="卷宗", reason="核实")
    file.act("return", HANDLER, reason="回避").act("transfer", DESK, body="court", reason="涉诉")
    assert [one.state for one in file.case.assistance] == ["answered", "withdrawn"]
