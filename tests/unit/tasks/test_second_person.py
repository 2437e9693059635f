"""Who is no second person: whoever did one thing of the work, by that alone; and what a new round forgets."""

from __future__ import annotations

import pytest

from services.tasks.model import guards
from services.tasks.model.decisions import allowed_actions
from services.tasks.model.refusals import Forbidden
from services.tasks.model.sampling import check_re_reviewer
from tests.unit.tasks.builders import DESK, HANDLER, LEADER, OTHER_HANDLER, SUPERVISOR, File, report, somebody

OTHER_LEADER = somebody("leader", id="other-leader")


def started() -> File:
    return File().investigating()


def handed_on() -> File:
    """In the hands of another before the first has done more than to begin."""
    return started().act("reassign", DESK, handler_id=OTHER_HANDLER.id, reason="工作调整")


def to_the_result(file: File, by=OTHER_HANDLER) -> File:
    file.act("record_step", by, what="查阅账目", evidence=["账册"])
    file.act("record_finding", by, allegation=1, outcome="false", reason="不实")
    return file.act("conclude", by)


def test_whoever_has_begun_the_investigation_is_one_who_investigated():
    file = to_the_result(handed_on())
    reviewer = somebody("leader", id=HANDLER.id)
    assert "confirm_adequate" not in allowed_actions(file.case, reviewer)
    with pytest.raises(Forbidden) as refused:
        file.act("confirm_adequate", reviewer, reason="适当")
    assert refused.value.why == "cases.second_person"


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("record_step", {"what": "谈话"}),
        ("record_finding", {"allegation": 1, "outcome": "false", "reason": "不实"}),
        ("add_evidence", {"item": 1}),
    ],
)
def test_whoever_did_one_thing_of_the_investigation_is_one_who_investigated(action, fields):
    file = handed_on()
    assert guards.is_second_person(file.case, OTHER_HANDLER.id)
    file.act(action, OTHER_HANDLER, **fields)
    assert not guards.is_second_person(file.case, OTHER_HANDLER.id)


def test_whoever_struck_out_evidence_is_one_who_investigated():
    file = started().act("add_evidence", HANDLER, item=1)
    file.act("reassign", DESK, handler_id=OTHER_HANDLER.id, reason="工作调整")
    file.act("withdraw_evidence", OTHER_HANDLER, item=1, round=1)
    assert not guards.is_second_person(file.case, OTHER_HANDLER.id)


def test_whoever_recorded_what_another_body_found_is_one_who_investigated():
    file = started().act("request_assistance", DESK, body="police", what="户籍", reason="核实身份")
    assert guards.is_second_person(file.case, DESK.id)
    file.act("record_assistance", DESK, request=1, what="查无此人")
    assert not guards.is_second_person(file.case, DESK.id)


def test_whoever_concluded_is_one_who_decided():
    file = File().found("false").act("reassign", DESK, handler_id=OTHER_HANDLER.id, reason="工作调整")
    file.act("conclude", OTHER_HANDLER)
    assert OTHER_HANDLER.id not in file.case.investigators
    assert not guards.is_second_person(file.case, OTHER_HANDLER.id)


def test_a_result_that_was_told_and_sent_back_is_told_anew():
    file = File().ready_to_close().act("send_back", SUPERVISOR, reason="处理偏轻")
    file.act("record_finding", HANDLER, allegation=1, outcome="false", reason="不实").act("conclude", HANDLER)
    assert guards.missing_to_close(file.case) == ["second_person_review", "result_told"]


def test_a_review_that_is_sent_back_by_another_does_not_count_any_more():
    file = File().ready_to_close().act("send_back", SUPERVISOR, reason="处理偏轻")
    assert file.case.reviewer_id is None


def test_who_reported_without_a_name_is_told_the_result_as_well():
    file = File(report(reporter_mode="anonymous")).concluded().act("confirm_adequate", LEADER, reason="适当")
    assert guards.missing_to_close(file.case) == ["result_told"]


def test_a_request_for_more_time_is_of_the_round_in_which_it_was_made():
    file = File().found("false").act("ask_extension", DESK, days=5, approver_id=LEADER.id, reason="复杂")
    file.act("conclude", HANDLER).rated(satisfied=False)
    assert file.case.extension_request is None


def test_who_reviewed_before_the_re_examination_does_not_judge_what_came_of_it():
    file = File().closed().rated(satisfied=False).act("assign", DESK, handler_id=OTHER_HANDLER.id)
    to_the_result(file.act("start", OTHER_HANDLER)).act("tell_result", OTHER_HANDLER)
    file.act("confirm_adequate", OTHER_LEADER, reason="适当").act("close", DESK)
    assert LEADER.id in file.case.predecessors - file.case.reviewers
    for person in (LEADER, OTHER_LEADER, HANDLER, OTHER_HANDLER):
        with pytest.raises(Forbidden):
            check_re_reviewer(file.case, person)
    check_re_reviewer(file.case, SUPERVISOR)


def test_who_reviewed_a_round_that_was_reopened_may_judge_the_next():
    file = File().closed().act("reopen", DESK, reason="新证据").accepted()
    file.act("assign", DESK, handler_id=HANDLER.id).act("start", HANDLER)
    to_the_result(file, HANDLER).act("tell_result", HANDLER)
    file.act("confirm_adequate", OTHER_LEADER, reason="适当").act("close", DESK)
    assert file.case.reviewers == {OTHER_LEADER.id}
    check_re_reviewer(file.case, LEADER)


def test_who_only_decided_does_not_judge_the_handling_either():
    file = File().found("substantiated")
    file.act("record_disposition", DESK, allegation=1, measure="criticism", reason="依规").act("conclude", HANDLER)
    file.act("tell_result", HANDLER).act("confirm_adequate", LEADER, reason="适当").act("close", DESK)
    assert DESK.id in file.case.deciders - file.case.investigators - file.case.reviewers
    with pytest.raises(Forbidden) as refused:
        check_re_reviewer(file.case, somebody("supervisor", id=DESK.id))
    assert refused.value.why == "cases.re_reviewer_had_a_part"
