"""A reporter who is not satisfied has the case examined again, once, by people who had no part in it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.tasks.model import clocks, guards, merging
from services.tasks.model.decisions import Action, allowed_actions, decide
from services.tasks.model.refusals import CaseCannotClose, Forbidden, Invalid
from tests.unit.tasks.builders import (
    CALENDAR,
    COLLEAGUES,
    DESK,
    HANDLER,
    LEADER,
    OTHER_HANDLER,
    SUPERVISOR,
    File,
    report,
    somebody,
)

OTHER_DESK = somebody("desk", id="other-desk")


def examined_again(by=OTHER_HANDLER) -> File:
    """The case after a first round, in the hands of another."""
    file = File().closed().rated(satisfied=False)
    return file.act("assign", DESK, handler_id=by.id).act("start", by)


def again_to_the_result(file: File) -> File:
    file.act("record_step", OTHER_HANDLER, what="重新查阅", evidence=["账册原件"])
    file.act("record_finding", OTHER_HANDLER, allegation=1, outcome="substantiated", reason="查明")
    file.act("record_disposition", OTHER_HANDLER, allegation=1, measure="order_to_correct", reason="依规")
    return file.act("conclude", OTHER_HANDLER)


@pytest.mark.parametrize("file", [File().concluded(), File().closed()], ids=["before closing", "after closing"])
def test_not_satisfied_takes_the_case_back_into_hand_with_nobody_as_its_handler(file):
    case = file.rated(satisfied=False).case

    assert (case.state, case.handler_id, case.unit_id, case.reporter_state) == ("accepted", None, None, "accepted")
    assert (case.re_examination, case.round, case.rating) == (True, 2, (1, False))


def test_nothing_found_in_the_first_round_counts_in_the_second():
    file = File().closed()
    first = file.case.allegations
    file.rated(satisfied=False)

    assert not any(guards.satisfied(file.case).values())
    assert file.case.allegations == first
    assert guards.missing_to_close(file.case) == [
        "step",
        "evidence",
        "finding:1",
        "second_person_review",
        "result_told",
    ]


def test_the_review_is_due_in_thirty_days_which_nobody_extends():
    file = File().closed().later(3).rated(satisfied=False)
    *_, clock = file.case.clocks

    assert (clock.rule, clocks.state(clock, file.now, CALENDAR)) == ("re_examine", "running")
    assert (clocks.due_at(clock, file.now, CALENDAR) - file.now).days == 30
    assert "extend" not in allowed_actions(file.case, LEADER)


def test_the_result_of_the_first_round_need_not_be_told_any_more():
    file = File().concluded().rated(satisfied=False)

    assert [clock.rule for clock in file.case.clocks if clock.ended_at is None] == ["re_examine"]


def test_the_reporter_of_a_merged_case_brings_no_second_re_examination_about():
    merged, once = File().closed().case, File().concluded()

    assert merging.re_examined_for(once.case, merged, once.now) is not None
    again = again_to_the_result(examined_again())
    assert merging.re_examined_for(again.case, merged, again.now) is None


def test_the_second_result_meets_the_review_and_is_told_anew():
    file = again_to_the_result(examined_again())
    states = {clock.rule: clocks.state(clock, file.now, CALENDAR) for clock in file.case.clocks}

    assert (states["re_examine"], states["tell_result_named"]) == ("met", "running")
    assert file.case.results == 2


def test_a_review_that_is_sent_back_runs_on_and_the_first_handling_stays_done():
    file = again_to_the_result(examined_again()).later(40).act("send_back", SUPERVISOR, reason="仍不清楚")
    states = {clock.rule: clocks.state(clock, file.now, CALENDAR) for clock in file.case.clocks}

    assert (states["handle"], states["re_examine"]) == ("met", "missed")


def test_whoever_investigated_or_decided_before_is_not_given_the_case():
    file = File().closed().rated(satisfied=False)

    with pytest.raises(Invalid) as refused:
        file.act("assign", DESK, handler_id=HANDLER.id)
    assert refused.value.errors == [{"field": "handler_id", "message": "cases.handler_is_predecessor"}]
    file.act("assign", DESK, handler_id=OTHER_HANDLER.id)
    with pytest.raises(Invalid):
        file.act("reassign", DESK, handler_id=HANDLER.id, reason="熟悉情况")


@pytest.mark.parametrize("part", ["investigators", "deciders", "reviewers"])
def test_any_part_in_the_first_round_keeps_from_the_second(part):
    file = File().closed()
    file.case = replace(file.case, **{part: getattr(file.case, part) | {OTHER_HANDLER.id}})

    with pytest.raises(Invalid):
        file.rated(satisfied=False).act("assign", DESK, handler_id=OTHER_HANDLER.id)


def test_a_reviewer_of_the_first_round_reviews_no_second_time():
    file = again_to_the_result(examined_again())

    for action in ("confirm_adequate", "send_back"):
        assert action not in allowed_actions(file.case, LEADER)
        with pytest.raises(Forbidden) as refused:
            file.act(action, LEADER, reason="适当")
        assert refused.value.why == "cases.predecessor"
    assert file.act("confirm_adequate", SUPERVISOR, reason="适当").case.reviewer_id == SUPERVISOR.id


def test_who_sent_the_first_result_back_reviewed_it_too():
    file = File().concluded().act("send_back", SUPERVISOR, reason="处理偏轻")
    file.act("record_finding", HANDLER, allegation=1, outcome="false", reason="查明").act("conclude", HANDLER)
    file.rated(satisfied=False)

    assert file.case.predecessors == {HANDLER.id, SUPERVISOR.id}


def test_the_desk_that_decided_before_decides_nothing_now_and_another_does():
    file = File().found("substantiated")
    file.act("record_disposition", DESK, allegation=1, measure="criticism", reason="依规").act("conclude", HANDLER)
    file.rated(satisfied=False).act("assign", DESK, handler_id=OTHER_HANDLER.id).act("start", OTHER_HANDLER)
    file.act("record_step", OTHER_HANDLER, what="查阅", evidence=["账册"])
    file.act("record_finding", OTHER_HANDLER, allegation=1, outcome="substantiated", reason="查明")
    disposition = Action("record_disposition", {"allegation": 1, "measure": "none", "reason": "?"}, file.now)

    with pytest.raises(Forbidden) as refused:
        decide(file.case, disposition, DESK, COLLEAGUES)
    assert refused.value.why == "cases.predecessor"
    decide(file.case, disposition, OTHER_DESK, COLLEAGUES)


def test_after_the_second_result_nothing_is_examined_again():
    file = again_to_the_result(examined_again()).rated(satisfied=False, number=2)

    assert (file.case.state, file.case.rating) == ("feedback", (2, False))
    assert file.history[-1].action == "record_rating"


def test_a_case_closes_again_only_through_its_guards():
    file = again_to_the_result(examined_again())
    with pytest.raises(CaseCannotClose) as refused:
        file.act("close", DESK)
    assert refused.value.missing == ["second_person_review", "result_told"]
    file.act("tell_result", OTHER_HANDLER).act("confirm_adequate", SUPERVISOR, reason="适当").act("close", DESK)
    assert file.case.state == "closed"


def test_reopened_later_the_case_is_handled_as_any_other_but_by_newcomers():
    file = again_to_the_result(examined_again()).act("tell_result", OTHER_HANDLER)
    file.act("confirm_adequate", SUPERVISOR, reason="适当").act("close", DESK).act("reopen", DESK, reason="新证据")

    assert (file.case.re_examination, file.case.round, file.case.state) == (False, 3, "registered")
    assert {clock.rule for clock in file.case.clocks if clock.round == 3} == {
        "register_and_route", "tell_acceptance", "tell_acceptance_named",
    }  # fmt: skip
    with pytest.raises(Invalid):
        file.accepted().act("assign", DESK, handler_id=HANDLER.id)


def test_satisfied_is_put_on_record_and_moves_nothing():
    file = File().closed().rated(satisfied=True)

    assert (file.case.state, file.case.rating, file.case.re_examined) == ("closed", (1, True), False)


def test_a_rating_that_is_told_twice_counts_once():
    file = File().closed().rated(satisfied=False)
    before, lines = file.case, len(file.history)

    assert file.rated(satisfied=False).case is before
    assert file.rated(satisfied=True).case is before
    assert len(file.history) == lines


@pytest.mark.parametrize(
    "file", [File(report()), File().investigating(), File().closed().act("reopen", DESK, reason="?")]
)
def test_a_rating_that_comes_too_late_is_recorded_and_moves_nothing(file):
    state, clocks_before = file.case.state, file.case.clocks
    file.rated(satisfied=False)

    assert (file.case.state, file.case.clocks, file.case.rating) == (state, clocks_before, (1, False))


def test_an_older_rating_that_comes_after_a_newer_one_changes_nothing():
    file = File().closed().rated(satisfied=True, number=2)

    assert file.rated(satisfied=False, number=1).case.state == "closed"
