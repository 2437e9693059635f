"""The four guards: a case leaves the list through them or not at all, and is told exactly what is missing."""

from dataclasses import replace

import pytest

from services.tasks.model import guards
from services.tasks.model.decisions import allowed_actions
from services.tasks.model.refusals import CaseCannotClose, Forbidden, Invalid
from tests.unit.tasks.builders import DESK, HANDLER, LEADER, OTHER_HANDLER, SUPERVISOR, File, report, somebody
from tests.unit.tasks.cabinet import Cabinet


def missing_to_close(file: File) -> list[str]:
    with pytest.raises(CaseCannotClose) as refused:
        file.act("close", DESK)
    assert file.case.state != "closed"
    return refused.value.missing


def test_a_new_case_satisfies_no_guard():
    assert guards.satisfied(report()) == {
        "investigated": False,
        "clear": False,
        "handled": False,
        "adequate": False,
    }


def test_a_case_that_nobody_looked_into_lacks_everything():
    assert missing_to_close(File()) == ["step", "evidence", "finding:1", "second_person_review", "result_told"]


def test_a_step_without_evidence_is_not_an_investigation():
    file = File().investigating().act("record_step", HANDLER, what="谈话")
    assert not guards.satisfied(file.case)["investigated"]
    assert missing_to_close(file)[0] == "evidence"


def test_a_case_cannot_close_while_an_allegation_has_no_finding():
    file = File().investigated("收受礼金", "违规执业")
    file.act("record_finding", HANDLER, allegation=1, outcome="false", reason="不实")
    assert missing_to_close(file) == ["finding:2", "second_person_review", "result_told"]


def test_a_finding_that_stays_unclear_does_not_count():
    file = File().found("unclear", "unsubstantiated")
    assert missing_to_close(file) == ["finding_unclear:1", "second_person_review", "result_told"]


@pytest.mark.parametrize("outcome", ["substantiated", "partly_substantiated"])
def test_a_substantiated_allegation_needs_a_disposition(outcome):
    file = File().found(outcome, "false")
    assert missing_to_close(file) == ["disposition:1", "second_person_review", "result_told"]
    with pytest.raises(CaseCannotClose) as refused:
        file.act("conclude", HANDLER)
    assert refused.value.missing == ["disposition:1"]


def test_to_take_no_measure_is_a_disposition_when_it_says_why():
    file = File().found("substantiated")
    file.act("record_disposition", HANDLER, allegation=1, measure="none", reason="已退休并已处分")
    assert file.act("conclude", HANDLER).case.state == "feedback"


def test_a_finding_made_anew_needs_its_disposition_anew():
    file = File().found("substantiated")
    file.act("record_disposition", HANDLER, allegation=1, measure="criticism", reason="依规")
    file.act("investigate_further", HANDLER, reason="新证据")
    file.act("record_finding", HANDLER, allegation=1, outcome="partly_substantiated", reason="部分属实")
    assert "disposition:1" in missing_to_close(file)


def test_what_is_not_substantiated_has_nothing_to_dispose_of():
    with pytest.raises(Invalid):
        File().found("false").act("record_disposition", HANDLER, allegation=1, measure="criticism", reason="?")


def test_a_concluded_case_still_needs_a_second_person_and_the_result_told():
    assert missing_to_close(File().concluded()) == ["second_person_review", "result_told"]


def test_whoever_investigated_or_decided_cannot_confirm_it():
    file = File().found("substantiated")
    file.act("record_disposition", DESK, allegation=1, measure="criticism", reason="依规")
    file.act("conclude", HANDLER)
    with pytest.raises(Forbidden):
        file.act("confirm_adequate", DESK, reason="自己复核")
    handler_and_leader = somebody("handler", "leader", id=HANDLER.id)
    with pytest.raises(Forbidden):
        file.act("confirm_adequate", handler_and_leader, reason="自己复核")
    assert "confirm_adequate" not in allowed_actions(file.case, DESK)
    assert file.act("confirm_adequate", SUPERVISOR, reason="适当").case.reviewer_id == SUPERVISOR.id


def test_a_review_before_a_new_conclusion_does_not_count_for_it():
    file = File().concluded().act("confirm_adequate", LEADER, reason="适当")
    file.act("send_back", SUPERVISOR, reason="处理偏轻").act("record_step", HANDLER, what="补充")
    file.act("record_finding", HANDLER, allegation=1, outcome="substantiated", reason="属实")
    file.act("record_disposition", HANDLER, allegation=1, measure="organisational", reason="依规")
    file.act("conclude", HANDLER)
    assert "second_person_review" in missing_to_close(file)


def test_through_all_four_guards_a_case_closes():
    file = File().ready_to_close()
    assert all(guards.satisfied(file.case).values())
    assert "close" in allowed_actions(file.case, DESK)
    assert file.act("close", DESK).case.state == "closed"


def test_a_case_that_nobody_reported_has_nobody_to_tell():
    file = File(report(source_kind="clue", reporter_mode=None)).concluded()
    assert missing_to_close(file) == ["second_person_review"]


def test_a_reopened_case_must_pass_every_guard_anew():
    file = File().closed().act("reopen", SUPERVISOR, reason="抽查发现问题")
    assert not any(guards.satisfied(file.case).values())
    assert file.case.handler_id is None
    assert not guards.is_second_person(file.case, HANDLER.id)


def test_a_leading_case_is_not_clear_before_what_others_brought_is_answered():
    both = Cabinet().with_merged("one", "two").act("two", "accept", DESK)
    both.act("two", "assign", DESK, handler_id=HANDLER.id).act("two", "start", HANDLER)
    both.act("two", "record_finding", HANDLER, allegation=1, outcome="false", reason="不实")
    assert "finding:2" in guards.missing_to_close(both["two"])


def test_what_was_split_off_is_neither_found_nor_disposed_of_here():
    file = File().investigated("甲", "乙")
    file.case = replace(file.case, moved=(2,))
    with pytest.raises(Invalid) as refused:
        file.act("record_finding", HANDLER, allegation=2, outcome="false", reason="不实")
    assert refused.value.errors == [{"field": "allegation", "message": "cases.allegation_moved"}]


def test_evidence_of_an_earlier_round_that_is_struck_out_takes_none_from_this_one():
    file = File().investigating().act("add_evidence", HANDLER, item=1).act("return", HANDLER, reason="回避")
    file.act("transfer", DESK, body="police", reason="管辖").act("take_back", DESK, reason="退回").accepted()
    file.act("assign", DESK, handler_id=HANDLER.id).act("start", HANDLER).act("add_evidence", HANDLER, item=2)
    file.act("withdraw_evidence", HANDLER, item=1, round=1)
    assert file.case.evidence == 1
    file.act("withdraw_evidence", HANDLER, item=2, round=2)
    assert file.case.evidence == 0


@pytest.mark.parametrize("part", ["investigators", "deciders"])
def test_a_review_by_somebody_who_turns_out_to_have_had_a_part_does_not_count(part):
    ready = File().ready_to_close().case
    assert guards.missing_to_close(ready) == []
    assert guards.missing_to_close(replace(ready, **{part: {*getattr(ready, part), LEADER.id}})) == [
        "second_person_review"
    ]


def test_a_result_that_others_came_to_is_reviewed_anew():
    file = File().ready_to_close().act("exclude", DESK, person_ids=[HANDLER.id], reason="近亲属")
    file.act("assign", DESK, handler_id=OTHER_HANDLER.id).act("start", OTHER_HANDLER)
    file.act("record_finding", OTHER_HANDLER, allegation=1, outcome="false", reason="不实")
    file.act("conclude", OTHER_HANDLER)
    assert guards.missing_to_close(file.case) == ["second_person_review", "result_told"]
