"""What the reporter of a case is told: how it stands, by which sentence, and of which days."""

from __future__ import annotations

import pytest

from services.tasks.model.telling import RE_EXAMINED_FOR_ANOTHER, said, told_clocks
from tests.unit.tasks.builders import DESK, HANDLER, LEADER, File, report
from tests.unit.tasks.cabinet import Cabinet


def rules(file: File) -> list[str]:
    return [clock.rule for clock in told_clocks(file.case)]


@pytest.mark.parametrize("assigned", [False, True])
@pytest.mark.parametrize("way", ["suspended", "extended"])
def test_a_case_that_nobody_has_in_hand_is_told_of_as_accepted(assigned, way):
    file = File().accepted()
    if assigned:
        file.act("assign", DESK, handler_id=HANDLER.id)
    if way == "suspended":
        file.act("suspend", DESK, reason="等待鉴定").act("resume", DESK)
    else:
        file.act("extend", LEADER, days=5, approver_id=LEADER.id, reason="复杂")
    assert file.case.reporter_state == ("in_progress" if assigned else "accepted")


def test_of_what_others_owe_or_may_do_the_reporter_is_told_no_day():
    file = File().accepted().act("assign", DESK, handler_id=HANDLER.id)
    file.act("request_assistance", DESK, body="police", what="户籍", reason="核实")
    assert {"object", "assist"} <= {clock.rule for clock in file.case.clocks}
    assert rules(file) == ["register_and_route", "tell_acceptance", "tell_acceptance_named", "handle"]


def test_only_the_days_of_the_present_round_are_told():
    file = File(report(reporter_mode="anonymous")).act("refuse", DESK, ground="no_substance", reason="无实质内容")
    file.later(9).act("reopen", DESK, reason="新证据")
    assert rules(file) == ["register_and_route", "tell_acceptance"]
    assert {clock.started_at for clock in told_clocks(file.case)} == {file.now}


def followed() -> Cabinet:
    """A concluded case that another one follows."""
    both = Cabinet().with_merged("one", "two").act("two", "accept", DESK)
    both.act("two", "assign", DESK, handler_id=HANDLER.id).act("two", "start", HANDLER)
    both.act("two", "record_step", HANDLER, what="查阅", evidence=["账册"])
    for number in (1, 2):
        both.act("two", "record_finding", HANDLER, allegation=number, outcome="false", reason="不实")
    return both.act("two", "conclude", HANDLER)


def sentence(both: Cabinet, case_id: str) -> str | None:
    file = both.files[case_id]
    return said(file.case, file.history[-1])


@pytest.mark.parametrize(("by", "other"), [("one", "two"), ("two", "one")])
def test_who_was_not_satisfied_is_told_otherwise_than_who_only_hears_of_it(by, other):
    both = followed().rated(by, satisfied=False)
    assert (sentence(both, by), sentence(both, other)) == ("case.re_examined", RE_EXAMINED_FOR_ANOTHER)


def test_of_a_part_no_reporter_hears_by_itself():
    both = Cabinet()
    both.put(report()).accepted("甲", "乙")
    both.act("case-1", "split", DESK, allegation_numbers=[2], reason="另案")
    both.act("part-2", "assign", DESK, handler_id=HANDLER.id)
    assert sentence(both, "part-2") is None
