"""Merging and splitting by the rules alone: what goes to the leading case, what its reporters are told, what stays."""

from __future__ import annotations

from datetime import date

import pytest

from services.tasks.model import clocks, guards
from services.tasks.model.conflict import reads_details, sees
from services.tasks.model.decisions import allowed_actions
from services.tasks.model.ending import outcome
from services.tasks.model.merging import check_merge
from services.tasks.model.refusals import CaseCannotClose, Forbidden, Invalid, WrongState
from services.tasks.model.rules import ABOVE
from services.tasks.model.telling import told_clocks
from tests.unit.tasks.builders import (
    BUREAU,
    CALENDAR,
    COLLEAGUES,
    DESK,
    HANDLER,
    LEADER,
    MORNING,
    OTHER_HANDLER,
    SUPERVISOR,
    File,
    report,
    somebody,
)
from tests.unit.tasks.cabinet import Cabinet


def cabinet(**leading) -> Cabinet:
    """Two reports; the second one, which will lead, is accepted."""
    both = Cabinet()
    both.put(report(id="one", number="1", source_id="one", reporter_mode="anonymous"))
    both.put(report(id="two", number="2", source_id="two", **leading))
    return both.act("two", "accept", DESK)


def merged(both: Cabinet) -> Cabinet:
    return both.act("one", "merge", DESK, into="two", reason="同一事项")


def found_on(both: Cabinet, case_id: str, number: int, result: str = "false") -> None:
    both.act(case_id, "record_finding", HANDLER, allegation=number, outcome=result, reason="查明")


def in_hand(both: Cabinet, case_id: str) -> Cabinet:
    both.act(case_id, "assign", DESK, handler_id=HANDLER.id).act(case_id, "start", HANDLER)
    return both.act(case_id, "record_step", HANDLER, what="查阅", evidence=["账册"])


def test_what_was_found_before_the_merging_is_found_in_the_leading_case():
    both = cabinet()
    both.act("one", "accept", DESK, allegations=["甲", "乙"])
    in_hand(both, "one")
    found_on(both, "one", 2, "substantiated")
    both.act("one", "record_disposition", HANDLER, allegation=2, measure="criticism", reason="依规")
    leading = merged(both)["two"]

    assert leading.allegations == ("discipline", "甲", "乙")
    assert (leading.findings, leading.dispositions) == (((3, "substantiated"),), ((3, "criticism"),))
    assert (leading.steps, leading.evidence) == (1, 1)
    assert not guards.is_second_person(leading, HANDLER.id)


def handling(case):
    """When the time limit for handling began that still runs."""
    return [clock.started_at for clock in case.clocks if clock.rule == "handle" and clock.ended_at is None]


def test_of_two_time_limits_the_one_that_began_earlier_runs_on():
    both = cabinet()
    began = handling(both["two"])
    both.later(3).act("one", "accept", DESK)
    assert handling(merged(both)["two"]) == began

    both.put(report(id="three", number="3", source_id="three"))
    both.act("three", "accept", DESK).act("two", "merge", DESK, into="three", reason="同一事项")
    assert handling(both["three"]) == began


def test_a_result_that_was_not_yet_closed_is_open_again_with_its_time_limit():
    both = Cabinet()
    for id in ("one", "two"):
        both.put(report(id=id, number=id, source_id=id))
    both.files["one"].concluded()
    began = [clock.started_at for clock in both["one"].clocks if clock.rule == "handle"]
    both.later(3).act("two", "accept", DESK)
    assert handling(merged(both)["two"]) == began
    assert [clock.rule for clock in both["one"].clocks if clock.ended_at is None] == []
    assert both["one"].reporter_state == "accepted"


def test_an_order_to_account_for_a_case_is_answered_in_the_leading_one():
    both = cabinet()
    both.act("one", "accept", DESK).act("one", "supervise", LEADER, reason="限期报告", due_on=date(2026, 4, 1))
    leading = merged(both)["two"]

    assert leading.supervisions == both["one"].supervisions
    assert "supervision:1" in guards.missing_to_close(leading)


def test_naming_the_allegations_anew_leaves_those_of_others_their_numbers():
    both = Cabinet()
    for id in ("one", "two"):
        both.put(report(id=id, number=id, source_id=id))
    merged(both).act("two", "accept", DESK, allegations=["甲", "乙"])

    assert both["two"].allegations == ("甲", "discipline", "乙")
    assert both["two"].own == [1, 3]


def test_a_case_that_led_others_asks_for_its_own_alone_when_it_is_separated():
    both = merged(cabinet())
    both.put(report(id="three", number="3", source_id="three"))
    both.act("three", "accept", DESK).act("two", "merge", DESK, into="three", reason="同一事项")
    assert both["one"].merged_into == "three"

    both.act("two", "separate", DESK, reason="并非同一事项")
    assert (both["two"].asked, both["two"].followers) == ([1], ())
    assert [one.case_id for one in both["three"].followers] == ["one"]
    assert both["three"].moved == (2,)


def test_one_allegation_of_its_own_stays_with_a_case_that_leads_others():
    both = merged(cabinet())
    with pytest.raises(Invalid) as refused:
        both.act("two", "split", DESK, allegation_numbers=[1], reason="另案")
    assert refused.value.errors == [{"field": "allegation_numbers", "message": "cases.one_must_stay"}]


def test_a_case_for_the_level_above_is_merged_with_none_of_the_bureaus():
    both = cabinet()
    both.put(report(id="sealed", number="3", source_id="sealed", route=ABOVE))
    with pytest.raises(Invalid):
        both.act("one", "merge", DESK, into="sealed", reason="?")
    with pytest.raises(Forbidden):
        both.act("sealed", "merge", DESK, into="one", reason="?")
    with pytest.raises(Invalid) as refused:
        check_merge(both["one"], both["sealed"])
    assert refused.value.errors == [{"field": "into", "message": "cases.other_route"}]


def test_the_handler_of_the_leading_case_leaves_it_when_what_is_merged_keeps_them_out():
    both = in_hand(cabinet(), "two")
    both.act("one", "exclude", DESK, person_ids=[HANDLER.id], reason="近亲属")
    leading = merged(both)["two"]

    assert (leading.state, leading.handler_id) == ("returned", None)
    assert not sees(HANDLER, leading)
    assert both["one"].handler_id is None


def test_a_merged_case_is_read_by_who_reads_the_leading_one_and_acted_on_by_the_desk_alone():
    both = merged(in_hand(cabinet(), "two"))
    for person in (DESK, HANDLER):
        assert reads_details(person, both["one"])
    assert allowed_actions(both["one"], HANDLER) == []
    assert allowed_actions(both["one"], DESK) == ["separate"]


def test_each_reporter_is_told_of_the_time_limits_that_are_theirs():
    both = merged(cabinet(reporter_mode="named"))
    in_hand(both, "two")
    for number in (1, 2):
        found_on(both, "two", number)
    both.act("two", "conclude", HANDLER)

    assert {clock.rule for clock in told_clocks(both["one"])} == {"register_and_route", "tell_acceptance", "handle"}
    assert "tell_result_named" in {clock.rule for clock in told_clocks(both["two"])}


def test_what_follows_is_over_when_the_leading_case_is_and_owes_nothing_before():
    both = merged(cabinet())
    assert (outcome(both["one"]), clocks.next_due_at(both["one"].clocks, both.files["one"].now, CALENDAR)) == (
        None,
        None,
    )
    both.act("two", "transfer", DESK, body="市纪委监委", reason="管辖")
    assert (outcome(both["one"]), both["one"].reporter_state) == ("transferred", "transferred")


def test_an_open_request_for_assistance_is_answered_before_a_case_is_merged():
    both = cabinet()
    both.act("one", "accept", DESK).act("one", "request_assistance", DESK, body="police", what="?", reason="?")
    with pytest.raises(CaseCannotClose) as refused:
        merged(both)
    assert refused.value.missing == ["assistance:1"]


def split(*numbers: int) -> Cabinet:
    one = Cabinet()
    one.put(report(id="whole", number="1", source_id="whole"))
    one.act("whole", "accept", DESK, allegations=["甲", "乙", "丙"])
    in_hand(one, "whole")
    return one.act("whole", "split", DESK, allegation_numbers=list(numbers), reason="另案")


def test_a_part_has_the_allegations_and_the_time_limit_of_the_whole_and_is_hidden_from_the_same_units():
    one = split(3, 2)
    whole, part = one["whole"], one["part-2"]

    assert (part.allegations, whole.moved, whole.own) == (("乙", "丙"), (2, 3), [1])
    assert [clock.started_at for clock in part.clocks] == [
        clock.started_at for clock in whole.clocks if clock.rule == "handle"
    ]
    assert part.excluded_unit_ids == whole.excluded_unit_ids
    assert not guards.is_second_person(part, HANDLER.id)


def test_a_part_tells_its_reporter_nothing_and_needs_not_to():
    part = split(2)["part-2"]
    assert (part.reported, part.named) == (False, False)
    assert "result_told" not in guards.missing_to_close(part)


def test_a_whole_has_no_outcome_while_a_part_is_open_even_one_that_is_reopened():
    one = split(2)
    for number in (1, 3):
        found_on(one, "whole", number)
    one.act("part-2", "transfer", DESK, body="市公安局", reason="管辖")
    one.act("whole", "conclude", HANDLER).act("whole", "tell_result", HANDLER)
    one.act("whole", "confirm_adequate", LEADER, reason="适当").act("whole", "close", DESK)
    assert outcome(one["whole"]) == "false"

    one.act("part-2", "reopen", DESK, reason="退回")
    assert (one["whole"].state, outcome(one["whole"])) == ("closed", None)


def test_a_part_is_neither_split_nor_merged():
    one = split(2, 3)
    one.put(report(id="other", number="9", source_id="other"))
    with pytest.raises(WrongState):
        one.act("part-2", "merge", DESK, into="other", reason="?")
    with pytest.raises(WrongState):
        one.act("part-2", "split", DESK, allegation_numbers=[1], reason="?")


# -- objection


def assigned() -> File:
    return File().accepted().act("assign", DESK, handler_id=HANDLER.id)


def test_within_five_working_days_the_handler_objects_and_the_case_is_back_with_the_desk():
    file = assigned().later(7).act("object", HANDLER, reason="不属职权")
    assert (file.case.state, file.case.handler_id) == ("returned", None)
    [clock] = [clock for clock in file.case.clocks if clock.rule == "object"]
    assert clocks.state(clock, file.now, CALENDAR) == "met"


def test_after_five_working_days_nobody_objects_and_the_case_is_no_less_in_time():
    file = assigned()
    file.later(8)
    with pytest.raises(WrongState):
        file.act("object", HANDLER, reason="?")
    assert "object" not in allowed_actions(file.case, HANDLER, file.run_out())
    due = clocks.next_due_at(file.case.clocks, file.now, CALENDAR)
    assert due is not None
    assert due > file.now
    file.act("return", HANDLER, reason="应当回避")


def test_the_desk_insists_once_and_gives_the_case_to_that_unit_in_no_other_way():
    file = assigned().act("object", HANDLER, reason="不属职权")
    with pytest.raises(Invalid):
        file.act("assign", DESK, handler_id=OTHER_HANDLER.id)
    file.act("insist", DESK, reason="属职权")
    assert (file.case.state, file.case.handler_id, file.case.unit_id) == ("assigned", HANDLER.id, "office")
    with pytest.raises(WrongState):
        file.act("object", HANDLER, reason="?")
    with pytest.raises(WrongState):
        file.act("insist", DESK, reason="?")


ELSEWHERE = somebody("handler", id="elsewhere", unit_path=(BUREAU, "elsewhere"))


def objecting(file: File) -> list[tuple[str, int]]:
    """How each time to object stands, and on which day it began."""
    terms = [clock for clock in file.case.clocks if clock.rule == "object"]
    return [(clocks.state(one, file.now, CALENDAR), (one.started_at - MORNING).days) for one in terms]


def test_another_unit_that_is_given_the_case_before_anybody_has_begun_has_its_own_days_to_object():
    file = assigned().later(8)
    file.colleagues = {**COLLEAGUES, ELSEWHERE.id: ELSEWHERE.as_colleague()}
    file.act("reassign", DESK, handler_id=ELSEWHERE.id, reason="调整")
    assert objecting(file) == [("running", 8)]
    file.later(5).act("object", ELSEWHERE, reason="不属职权")
    assert (file.case.state, file.case.objection) == ("returned", (ELSEWHERE.id, "elsewhere"))


def test_a_unit_that_was_overruled_takes_no_other_ones_days_away():
    file = assigned().act("object", HANDLER, reason="不属职权").act("insist", DESK, reason="属职权").later(1)
    file.colleagues = {**COLLEAGUES, ELSEWHERE.id: ELSEWHERE.as_colleague()}
    file.act("reassign", DESK, handler_id=ELSEWHERE.id, reason="调整")
    assert objecting(file) == [("met", 0), ("running", 1)]


@pytest.mark.parametrize("begun", [False, True], ids=["in the same unit", "when somebody has begun"])
def test_a_change_of_hands_alone_gives_nobody_more_days_to_object(begun):
    file = assigned()
    file.colleagues = {**COLLEAGUES, ELSEWHERE.id: ELSEWHERE.as_colleague()}
    if begun:
        file.act("start", HANDLER)
    to = ELSEWHERE if begun else OTHER_HANDLER
    file.later(3).act("reassign", DESK, handler_id=to.id, reason="调整")
    assert objecting(file) == ([] if begun else [("running", 0)])


def test_only_an_objection_is_insisted_on():
    file = assigned().act("return", HANDLER, reason="应当回避")
    assert "insist" not in allowed_actions(file.case, DESK)


# -- people


def test_joint_handlers_count_as_investigators_and_are_released_with_the_case():
    file = File().investigated().act("join", DESK, handler_id=OTHER_HANDLER.id, reason="跨单位")
    assert not guards.is_second_person(file.case, OTHER_HANDLER.id)
    assert {"record_step", "record_finding"} <= set(allowed_actions(file.case, OTHER_HANDLER))
    assert {"return", "conclude", "record_disposition"}.isdisjoint(allowed_actions(file.case, OTHER_HANDLER))
    with pytest.raises(Invalid):
        file.act("join", DESK, handler_id=HANDLER.id, reason="?")
    file.act("return", HANDLER, reason="移交")
    assert file.case.joint_handler_ids == ()
    assert not sees(OTHER_HANDLER, file.case)


def test_whoever_must_keep_out_is_neither_handler_nor_approver_nor_reviewer():
    file = File().investigated().act("exclude", DESK, person_ids=[LEADER.id, OTHER_HANDLER.id], reason="近亲属")
    for action, fields in (
        ("reassign", {"handler_id": OTHER_HANDLER.id}),
        ("join", {"handler_id": OTHER_HANDLER.id}),
        ("ask_extension", {"approver_id": LEADER.id, "days": 5}),
    ):
        with pytest.raises(Invalid) as refused:
            file.act(action, DESK, reason="?", **fields)
        assert refused.value.errors[0]["message"] == "cases.person_concerned"
    assert allowed_actions(file.case, LEADER) == []
    assert not sees(LEADER, file.case)


def test_a_review_by_whoever_must_keep_out_does_not_count():
    file = File().ready_to_close().act("exclude", DESK, person_ids=[LEADER.id], reason="近亲属")
    with pytest.raises(CaseCannotClose) as refused:
        file.act("close", DESK)
    assert refused.value.missing == ["second_person_review"]


@pytest.mark.parametrize("file", [File().concluded(), File().investigating().act("suspend", DESK, reason="?")])
def test_a_handler_who_must_keep_out_leaves_the_case_wherever_it_is(file):
    file.act("exclude", DESK, person_ids=[HANDLER.id], reason="近亲属")

    assert (file.case.state, file.case.handler_id, file.case.reporter_state) == ("returned", None, "in_progress")
    running = {clock.rule: clock for clock in file.case.clocks if clock.ended_at is None}
    assert "handle" in running
    assert not clocks.is_paused(running["handle"])
    assert "tell_result_named" not in running


def test_nobody_unknown_is_kept_out():
    with pytest.raises(Invalid):
        File().act("exclude", DESK, person_ids=["nobody-knows"], reason="?")


@pytest.mark.parametrize("person", [LEADER, SUPERVISOR, somebody("handler", unit_path=(BUREAU,))])
@pytest.mark.parametrize("action", ["merge", "split", "join"])
def test_only_the_desk_does_any_of_this(person, action):
    file = File().investigated("甲", "乙")
    assert action in allowed_actions(file.case, DESK)
    assert action not in allowed_actions(file.case, person)
