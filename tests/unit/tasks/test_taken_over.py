"""What goes along when cases are merged, separated and split: everybody who had a part, and all that is owed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.tasks.model import clocks, guards
from services.tasks.model.case import Entry
from services.tasks.model.clocks import Clock, Extension
from services.tasks.model.ending import outcome
from services.tasks.model.merging import MOST_FOLLOWERS, check_merge
from services.tasks.model.refusals import Invalid
from services.tasks.model.related import Follower, Part
from services.tasks.model.splitting import split_off
from tests.unit.tasks.builders import DESK, HANDLER, LEADER, MORNING, OTHER_HANDLER, SUPERVISOR, report
from tests.unit.tasks.cabinet import Cabinet


def two(**first) -> Cabinet:
    """Two reports; the second one, which will lead, is accepted."""
    both = Cabinet()
    both.put(report(id="one", number="1", source_id="one", **first))
    both.put(report(id="two", number="2", source_id="two"))
    return both.act("two", "accept", DESK)


def merged(both: Cabinet, case_id: str = "one", into: str = "two") -> Cabinet:
    return both.act(case_id, "merge", DESK, into=into, reason="同一事项")


def sent_back_and_reviewed(both: Cabinet) -> Cabinet:
    """The first case with one of each: who investigated, who decided, who reviewed."""
    both.files["one"].found("substantiated")
    both.act("one", "record_disposition", DESK, allegation=1, measure="criticism", reason="依规")
    both.act("one", "reassign", DESK, handler_id=OTHER_HANDLER.id, reason="工作调整")
    both.act("one", "conclude", OTHER_HANDLER)
    return both.act("one", "send_back", SUPERVISOR, reason="处理偏轻")


def test_everybody_who_had_a_part_in_the_merged_case_had_one_in_the_leading_one():
    leading = merged(sent_back_and_reviewed(two()))["two"]
    assert HANDLER.id in leading.investigators
    assert {DESK.id, OTHER_HANDLER.id} <= leading.deciders
    assert SUPERVISOR.id in leading.reviewers


def test_whoever_is_kept_from_a_re_examination_is_kept_from_what_it_is_merged_into():
    both = two()
    both.files["one"].closed().rated(satisfied=False)
    leading = merged(both)["two"]
    assert {HANDLER.id, LEADER.id} <= leading.predecessors
    with pytest.raises(Invalid) as refused:
        both.act("two", "assign", DESK, handler_id=HANDLER.id)
    assert refused.value.errors[0]["message"] == "cases.handler_is_predecessor"
    # And stays so when the leading case is itself examined again.
    both.files["two"].case = replace(leading, state="closed")
    assert {HANDLER.id, LEADER.id} <= both.rated("two", satisfied=False)["two"].predecessors


def test_whoever_worked_on_it_while_it_was_merged_is_no_second_person_once_it_is_separated():
    both = merged(two()).act("two", "assign", DESK, handler_id=HANDLER.id).act("two", "start", HANDLER)
    both.act("two", "record_step", HANDLER, what="查阅", evidence=["账册"])
    for number in (1, 2):
        both.act("two", "record_finding", HANDLER, allegation=number, outcome="substantiated", reason="属实")
    both.act("two", "record_disposition", DESK, allegation=2, measure="criticism", reason="依规")
    both.act("one", "separate", DESK, reason="并非同一事项")
    for person in (HANDLER, DESK):
        assert not guards.is_second_person(both["one"], person.id)


@pytest.mark.parametrize("state", ["accepted", "returned", "assigned", "suspended"])
def test_no_case_that_was_accepted_goes_back_to_waiting_for_that(state):
    both = two()
    both.put(report(id="new", number="3", source_id="new"))
    with pytest.raises(Invalid) as refused:
        check_merge(replace(both["two"], state=state), both["new"])
    assert refused.value.errors == [{"field": "into", "message": "cases.accept_leading_first"}]


def test_no_case_leads_more_than_can_be_told_at_once():
    both = two()

    def led(count: int) -> tuple[Follower, ...]:
        return tuple(Follower(f"follower-{number}", ()) for number in range(count))

    check_merge(both["one"], replace(both["two"], followers=led(MOST_FOLLOWERS - 1)))
    for own, others in ((0, MOST_FOLLOWERS), (1, MOST_FOLLOWERS - 1), (MOST_FOLLOWERS, 0)):
        with pytest.raises(Invalid) as refused:
            check_merge(replace(both["one"], followers=led(own)), replace(both["two"], followers=led(others)))
        assert refused.value.errors[0]["message"] == "cases.leads_too_many"


def handling(case) -> Clock:
    [clock] = [clock for clock in case.clocks if clock.rule == "handle" and clock.ended_at is None]
    return clock


@pytest.mark.parametrize("extended", ["one", "two"])
def test_of_two_cases_one_extension_goes_on_whichever_had_it(extended):
    both = two()
    both.later(2).act("one", "accept", DESK)
    both.act(extended, "extend", LEADER, days=20, approver_id=LEADER.id, reason="复杂")
    began = handling(both["two"]).started_at
    # The one that leads has begun later: what it takes over is the earlier time limit.
    leading = merged(both, "two", "one")["one"]
    assert handling(leading).started_at == began
    assert handling(leading).extension == Extension(20, LEADER.id, both.files["one"].now)


def test_an_order_that_was_answered_is_not_asked_about_again():
    both = two()
    both.act("one", "accept", DESK).act("one", "assign", DESK, handler_id=HANDLER.id)
    for _ in range(2):
        both.act("one", "supervise", LEADER, reason="督办")
    both.act("one", "answer_supervision", HANDLER, what="说明")
    leading = merged(both)["two"]
    assert [(order.number, order.answered_at) for order in leading.supervisions] == [(1, None)]


def test_a_suspended_case_that_is_merged_runs_on_in_the_leading_one():
    both = two().act("one", "accept", DESK).act("one", "suspend", DESK, reason="等待鉴定").later(5)
    both.act("two", "suspend", DESK, reason="等待鉴定").act("two", "resume", DESK).later(1)
    leading = merged(both)["two"]
    assert not clocks.is_paused(handling(leading))
    assert both["one"].resume_to is None


def test_a_time_limit_that_stood_still_runs_on_from_the_merging():
    both = Cabinet()
    for id in ("one", "two"):
        both.put(report(id=id, number=id, source_id=id))
    both.act("one", "accept", DESK).act("one", "suspend", DESK, reason="等待鉴定").later(5).act("two", "accept", DESK)
    taken = handling(merged(both.later(1))["two"])
    assert taken.started_at == MORNING
    assert [(pause.since, pause.until) for pause in taken.pauses] == [(MORNING, both.files["two"].now)]


def test_what_was_split_off_before_is_not_asked_in_the_leading_case():
    both = two()
    both.act("one", "accept", DESK, allegations=["甲", "乙"])
    both.act("one", "split", DESK, allegation_numbers=[1], reason="另案")
    both.act("part-3", "transfer", DESK, body="police", reason="管辖")
    leading = merged(both)["two"]
    assert (leading.allegations, leading.moved, leading.asked) == (("discipline", "甲", "乙"), (2,), [1, 3])


# -- splitting


def divided() -> Cabinet:
    """What somebody has worked on, decided and kept out of, before a part of it is split off."""
    both = sent_back_and_reviewed(two())
    both.files["one"].case = replace(both["one"], allegations=("甲", "乙"), predecessors=frozenset({"before"}))
    both.act("one", "exclude", DESK, person_ids=[LEADER.id], reason="近亲属")
    return both.act("one", "split", DESK, allegation_numbers=[2], reason="另案")


def test_everybody_who_had_a_part_in_the_whole_had_one_in_its_part():
    part = divided()["part-3"]
    assert HANDLER.id in part.investigators
    assert {DESK.id, OTHER_HANDLER.id} <= part.deciders
    assert part.predecessors == {"before"}
    assert part.excluded_person_ids == (LEADER.id,)


def test_a_part_begins_at_the_hour_and_with_the_time_limit_of_handling_alone():
    both = two()
    both.act("one", "accept", DESK, allegations=["甲", "乙"]).later(2 + 1 / 77)
    both.act("one", "request_assistance", DESK, body="police", what="户籍", reason="核实")
    both.act("one", "split", DESK, allegation_numbers=[2], reason="另案")
    whole, part = (both[id] for id in ("one", "part-3"))
    assert [clock.rule for clock in part.clocks] == ["handle"]
    assert part.opened_at == MORNING + timedelta(days=2)
    assert handling(part).started_at == handling(whole).started_at


def test_a_part_is_kept_from_whom_the_whole_is_from_its_first_moment():
    whole = replace(two()["two"], allegations=("甲", "乙"), excluded_person_ids=(LEADER.id,))
    split = Entry("split", MORNING, DESK.id, DESK.name, whole.state, whole.state, "另案", {"allegation_numbers": [1]})
    assert split_off(whole, split, "part", "3").excluded_person_ids == (LEADER.id,)


def test_a_part_of_a_case_that_was_reopened_is_in_its_own_first_round():
    both = two()
    both.files["one"].closed().act("reopen", DESK, reason="新证据").accepted("甲", "乙")
    both.act("one", "split", DESK, allegation_numbers=[2], reason="另案")
    assert (both["one"].round, both["part-3"].round, handling(both["part-3"]).round) == (2, 1, 1)


def test_a_finding_on_what_was_split_off_later_does_not_count_for_the_whole():
    found = replace(
        report(), state="closed", allegations=("甲", "乙"), findings=((1, "false"), (2, "substantiated")), moved=(2,)
    )
    assert outcome(found) == "false"
    assert outcome(replace(found, parts=(Part("part", "2", over=True, outcome="unclear"),))) == "unclear"


def test_what_was_substantiated_and_then_split_off_is_disposed_of_in_the_part():
    both = two()
    both.files["one"].found("false", "substantiated")
    assert "disposition:2" in guards.missing_to_close(both["one"])
    both.act("one", "split", DESK, allegation_numbers=[2], reason="另案")
    assert not [code for code in guards.missing_to_close(both["one"]) if code.startswith("disposition")]


def running(case, rule: str) -> Clock:
    [clock] = [clock for clock in case.clocks if clock.rule == rule and clock.ended_at is None]
    return clock


def test_of_two_reports_that_nobody_has_accepted_the_older_one_says_when_that_is_due():
    both = Cabinet()
    both.put(report(id="one", number="1", source_id="one"))
    both.put(report(id="two", number="2", source_id="two", at=MORNING + timedelta(days=5)))
    both.files["two"].now = MORNING + timedelta(days=5)
    leading = merged(both.later(5))["two"]
    assert running(leading, "tell_acceptance").started_at == MORNING


def test_a_time_limit_that_is_taken_over_is_of_the_round_that_the_leading_case_is_in():
    both = two().act("one", "accept", DESK)
    both.later(3).files["two"].act("transfer", DESK, body="police", reason="管辖").act("take_back", DESK, reason="退回")
    both.act("two", "accept", DESK)
    leading = merged(both)["two"]
    taken = handling(leading)
    assert (leading.round, taken.round, taken.started_at) == (2, 2, MORNING)


def test_a_report_that_is_merged_into_an_accepted_case_is_accepted():
    following = merged(two())["one"]
    assert (following.reporter_state, [clock.rule for clock in following.clocks if clock.ended_at is None]) == (
        "accepted",
        [],
    )
    assert {"tell_acceptance", "tell_acceptance_named"} <= {clock.rule for clock in following.clocks}


def test_the_term_of_a_result_that_counts_no_more_is_not_told_of_any_more():
    both = two()
    both.files["one"].concluded().act("tell_result", HANDLER)
    following = merged(both)["one"]
    assert "tell_result_named" not in {clock.rule for clock in following.clocks}


def test_who_joins_and_who_leaves_the_leading_case_does_so_in_what_follows_it():
    both = merged(two()).act("two", "assign", DESK, handler_id=HANDLER.id)
    both.act("two", "join", DESK, handler_id=OTHER_HANDLER.id, reason="跨单位")
    assert both["one"].joint_handler_ids == (OTHER_HANDLER.id,)
    both.act("two", "unjoin", DESK, handler_id=OTHER_HANDLER.id, reason="任务完成")
    assert both["one"].joint_handler_ids == ()


def test_who_keeps_out_of_the_leading_case_keeps_out_of_what_follows_it():
    both = merged(two()).act("two", "exclude", DESK, person_ids=[LEADER.id], reason="近亲属")
    assert both["one"].excluded_person_ids == (LEADER.id,)


def to_the_result(both: Cabinet) -> Cabinet:
    both.act("two", "assign", DESK, handler_id=HANDLER.id).act("two", "start", HANDLER)
    both.act("two", "record_step", HANDLER, what="查阅", evidence=["账册"])
    for number in (1, 2):
        both.act("two", "record_finding", HANDLER, allegation=number, outcome="false", reason="不实")
    return both.act("two", "conclude", HANDLER)


def test_what_follows_has_as_many_results_as_the_leading_case_came_to_and_was_told_them_with_it():
    both = to_the_result(merged(two()))
    assert (both["one"].results, both["one"].result_told) == (1, False)
    both.act("two", "tell_result", HANDLER)
    assert (both["one"].results, both["one"].result_told) == (1, True)
    both.act("two", "send_back", SUPERVISOR, reason="处理偏轻")
    both.act("two", "record_finding", HANDLER, allegation=1, outcome="false", reason="不实")
    both.act("two", "conclude", HANDLER)
    assert (both["one"].results, both["one"].result_told) == (2, False)


def test_however_many_are_not_satisfied_the_leading_case_is_examined_again_once():
    both = to_the_result(merged(two()))
    both.rated("one", satisfied=False).rated("two", satisfied=False)
    assert (both["two"].round, both["two"].state) == (2, "accepted")
    both.files["two"].case = replace(both["two"], state="closed")
    both.rated("one", satisfied=False, number=2)
    assert (both["two"].round, both["two"].state) == (2, "closed")


def test_allegations_of_a_case_that_was_split_keep_their_numbers_when_they_are_named_anew():
    both = two()
    both.act("one", "accept", DESK, allegations=["甲", "乙", "丙"])
    both.act("one", "split", DESK, allegation_numbers=[1], reason="另案")
    both.files["one"].act("transfer", DESK, body="police", reason="管辖").act("take_back", DESK, reason="退回")
    both.act("one", "accept", DESK, allegations=["乙二", "丙二", "丁"])
    assert (both["one"].allegations, both["one"].moved) == (("甲", "乙二", "丙二", "丁"), (1,))


def test_an_allegation_is_split_off_once():
    both = two()
    both.act("one", "accept", DESK, allegations=["甲", "乙", "丙"])
    both.act("one", "split", DESK, allegation_numbers=[2], reason="另案")
    with pytest.raises(Invalid) as refused:
        both.act("one", "split", DESK, allegation_numbers=[2], reason="又一次")
    assert refused.value.errors == [{"field": "allegation_numbers", "message": "cases.allegation_moved"}]
