"""Who fits a case best, and who must not be given it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.identity.organisation import LINE_CODES
from contracts.tasks.schemas.routing import EXCLUSIONS
from services.tasks.model.conflict import Colleague
from services.tasks.model.decisions import Action, decide
from services.tasks.model.lines_of_work import LINE_OF_CATEGORY, line_of
from services.tasks.model.refusals import Invalid
from services.tasks.model.routing import PERSON_CONCERNED, PREDECESSOR, UNIT_CONCERNED, Candidate, Load, by_fit, why_not
from tests.unit.tasks.builders import BUREAU, DESK, DISTRICT, MORNING, OFFICE, File, report


def handler(id: str, *path: str) -> Colleague:
    path = path or (BUREAU, OFFICE)
    return Colleague(id, path[-1], path, frozenset({"handler"}), True)


def candidate(id: str, *path: str, line: str = "bureau", open: int = 0, overdue: int = 0) -> Candidate:
    return Candidate(handler(id, *path), line, Load(open, overdue))


def order(case, *candidates):
    return [one.person.id for one in by_fit(case, candidates)]


def test_who_knows_the_line_of_work_comes_before_who_is_in_the_unit_and_before_who_has_little_to_do():
    case = replace(report(category="lawyers.overcharging"), unit_id=DISTRICT)
    assert order(
        case,
        candidate("idle"),
        candidate("of-the-unit", BUREAU, DISTRICT, "team", open=9),
        candidate("of-the-line", line="lawyers", open=30, overdue=9),
        candidate("of-both", BUREAU, DISTRICT, line="lawyers", open=40),
    ) == ["of-both", "of-the-line", "of-the-unit", "idle"]


def test_of_those_who_fit_alike_the_one_with_less_in_hand_comes_first_then_with_less_overdue():
    assert order(
        report(category="other"),
        candidate("c", open=2, overdue=2),
        candidate("b", open=2, overdue=0),
        candidate("d", open=3),
        candidate("a", open=2, overdue=0),
    ) == ["a", "b", "c", "d"]


def test_a_category_without_a_line_of_work_prefers_nobody_for_theirs():
    assert line_of("money.bribe") is None
    assert order(report(category="money.bribe"), candidate("b", line="lawyers"), candidate("a")) == ["a", "b"]


def test_a_category_tells_the_line_of_its_own_or_of_the_category_above():
    assert line_of("contact.judicial_staff") == "lawyers"
    assert line_of("contact.broker") is None
    assert line_of("notaries") == line_of("notaries.disclosure") == "notaries"
    assert set(LINE_OF_CATEGORY.values()) <= set(LINE_CODES)


def test_each_rule_that_forbids_it_is_named():
    case = replace(
        report(excluded_unit_ids=[DISTRICT]), excluded_person_ids=("concerned",), predecessors=frozenset({"concerned"})
    )
    assert why_not(case, handler("concerned", BUREAU, DISTRICT)) == [UNIT_CONCERNED, PERSON_CONCERNED, PREDECESSOR]
    assert why_not(case, handler("free")) == []
    assert (UNIT_CONCERNED, PERSON_CONCERNED, PREDECESSOR) == EXCLUSIONS


@given(
    unit=st.sampled_from([OFFICE, DISTRICT]),
    excluded_units=st.sets(st.sampled_from([OFFICE, DISTRICT, "elsewhere"])),
    excluded_people=st.sets(st.sampled_from(["somebody", "somebody else"])),
    predecessors=st.sets(st.sampled_from(["somebody", "somebody else"])),
)
def test_exactly_those_against_whom_no_rule_speaks_can_be_assigned(unit, excluded_units, excluded_people, predecessors):
    person = handler("somebody", BUREAU, unit)
    case = replace(
        File().accepted().case,
        excluded_unit_ids=tuple(excluded_units),
        excluded_person_ids=tuple(excluded_people),
        predecessors=frozenset(predecessors),
    )
    desk = replace(DESK, unit_path=(BUREAU, "desk's own"))
    assign = Action("assign", {"handler_id": person.id}, MORNING)
    if why_not(case, person):
        with pytest.raises(Invalid):
            decide(case, assign, desk, {person.id: person})
    else:
        assert decide(case, assign, desk, {person.id: person}).to_state == "assigned"


def test_where_a_category_tells_no_line_those_without_one_are_not_of_it():
    without = replace(candidate("b"), line=None)
    assert order(report(category="money.bribe"), without, candidate("a", line="lawyers")) == ["a", "b"]
