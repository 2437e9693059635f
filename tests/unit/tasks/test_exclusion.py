"""Who may keep whom out of a case, that somebody is left who can act, and what it holds for."""

from dataclasses import replace

import pytest

from services.tasks.model.conflict import acting_roles, kept_from, reads_details, sees
from services.tasks.model.counting import told_by
from services.tasks.model.decisions import MAX_HISTORY, Action, allowed_actions, decide
from services.tasks.model.exclusion import check_somebody_left
from services.tasks.model.listing import reader_of
from services.tasks.model.refusals import Forbidden, Invalid
from services.tasks.model.rules import ABOVE
from tests.unit.tasks.builders import (
    BUREAU,
    DESK,
    DISTRICT,
    HANDLER,
    LEADER,
    OTHER_HANDLER,
    SUPERVISOR,
    File,
    report,
    somebody,
)
from tests.unit.tasks.cabinet import Cabinet

SECOND_DESK = somebody("desk", id="second-desk", unit_path=(BUREAU, DISTRICT))
SECOND_SUPERVISOR = somebody("supervisor", id="second-supervisor")
BOTH = somebody("desk", "supervisor", id="both")
EVERYBODY = (DESK, SECOND_DESK, SUPERVISOR, SECOND_SUPERVISOR, HANDLER, OTHER_HANDLER, LEADER)
COLLEAGUES = {one.id: one.as_colleague() for one in (*EVERYBODY, BOTH)}
STAFF = tuple(one.as_colleague() for one in (DESK, SECOND_DESK, SUPERVISOR, SECOND_SUPERVISOR))


def order(case, person, *persons, staff=STAFF, lines=0):
    fields = {"person_ids": [one.id for one in persons], "reason": "近亲属"}
    return decide(case, Action("exclude", fields, case.opened_at), person, COLLEAGUES, lines, staff=staff)


def in_hand():
    return File(colleagues=COLLEAGUES).investigating()


@pytest.mark.parametrize("one", EVERYBODY, ids=lambda one: one.id)
def test_the_desk_keeps_out_anybody(one):
    assert one.id in in_hand().add(order(in_hand().case, DESK, one)).case.excluded_person_ids


@pytest.mark.parametrize("one", [DESK, SECOND_DESK, HANDLER, OTHER_HANDLER, LEADER], ids=lambda one: one.id)
def test_a_supervisor_keeps_out_the_desk_handlers_and_leaders(one):
    assert one.id in in_hand().add(order(in_hand().case, SUPERVISOR, one)).case.excluded_person_ids


@pytest.mark.parametrize("persons", [[SECOND_SUPERVISOR], [HANDLER, SECOND_SUPERVISOR], [BOTH]], ids=len)
def test_a_supervisor_keeps_out_no_other_of_the_supervision_group(persons):
    with pytest.raises(Forbidden) as refused:
        order(in_hand().case, SUPERVISOR, *persons)
    assert refused.value.why == "cases.kept_out_by_the_desk"


def test_everybody_who_acts_may_keep_out_themselves():
    for person in (SUPERVISOR, DESK):
        assert not sees(person, in_hand().add(order(in_hand().case, person, person)).case)


@pytest.mark.parametrize("case", [report(route=ABOVE), report(excluded_unit_ids=[BUREAU])], ids=["above", "the bureau"])
def test_where_no_desk_may_know_of_the_case_the_supervision_group_keeps_out_its_own(case):
    entry = order(case, SUPERVISOR, SECOND_SUPERVISOR)
    assert not sees(SECOND_SUPERVISOR, File(case).add(entry).case)
    with pytest.raises(Forbidden):
        order(case, DESK, SECOND_SUPERVISOR)


@pytest.mark.parametrize("person", [LEADER, HANDLER, OTHER_HANDLER, somebody("admin")], ids=lambda one: one.id)
def test_nobody_else_keeps_anybody_out(person):
    assert "exclude" not in allowed_actions(in_hand().case, person)
    with pytest.raises(Forbidden):
        order(in_hand().case, person, OTHER_HANDLER)


def test_who_keeps_out_orders_nothing_any_more():
    case = in_hand().add(order(in_hand().case, DESK, SUPERVISOR)).case
    with pytest.raises(Forbidden):
        order(case, SUPERVISOR, DESK)


@pytest.mark.parametrize(("side", "by"), [((DESK, SECOND_DESK), SUPERVISOR), ((SUPERVISOR, SECOND_SUPERVISOR), DESK)])
def test_the_last_of_a_side_cannot_be_kept_out(side, by):
    first, last = side
    file = in_hand()
    file.add(order(file.case, by, first))
    for persons in ([last], [last, OTHER_HANDLER]):
        with pytest.raises(Invalid) as refused:
            order(file.case, by, *persons)
        assert refused.value.errors[0]["message"] == f"cases.nobody_left.{next(iter(last.roles))}"
    with pytest.raises(Invalid):
        order(in_hand().case, by, *side)
    order(file.case, by, OTHER_HANDLER)


def test_who_sits_in_a_unit_concerned_is_not_somebody_left():
    case = report(excluded_unit_ids=[DISTRICT])
    with pytest.raises(Invalid):
        order(case, SUPERVISOR, DESK)
    # A supervisor comes from above, wherever they sit.
    here = replace(SECOND_SUPERVISOR.as_colleague(), unit_path=(BUREAU, DISTRICT))
    order(case, DESK, SUPERVISOR, staff=(DESK.as_colleague(), SUPERVISOR.as_colleague(), here))


def test_a_side_that_has_nobody_anyway_is_not_asked():
    check_somebody_left(report(), [LEADER.id], [DESK.as_colleague()], "person_ids")
    check_somebody_left(report(route=ABOVE), [DESK.id, SECOND_DESK.id], STAFF, "person_ids")


@pytest.mark.parametrize("person", [DESK, HANDLER, LEADER, SUPERVISOR], ids=lambda one: one.id)
def test_whoever_keeps_out_knows_and_does_nothing_of_it(person):
    case = replace(in_hand().case, excluded_person_ids=(person.id,))
    assert not sees(person, case)
    assert not reads_details(person, case)
    assert acting_roles(person, case) == frozenset()
    assert allowed_actions(case, person) == []
    assert f":person:{person.id}" in told_by(reader_of(person))


@pytest.mark.parametrize("end", ["closed", "refused", "transferred"])
def test_what_is_over_can_be_kept_from_somebody_and_stays_over(end):
    fields = {"refused": {"ground": "no_substance"}, "transferred": {"body": "police"}}
    name = {"refused": "refuse", "transferred": "transfer"}
    file = File(colleagues=COLLEAGUES)
    file = file.closed() if end == "closed" else file.act(name[end], DESK, reason="依规", **fields[end])
    before = file.case
    file.add(order(before, DESK, LEADER, HANDLER))

    assert (file.case.state, file.case.handler_id) == (end, before.handler_id)
    # Its review was one when it was closed.
    assert file.case.reviewer_id == before.reviewer_id
    assert not sees(LEADER, file.case)
    assert not sees(HANDLER, file.case)


def test_a_full_history_does_not_stand_in_the_way_of_keeping_somebody_out():
    order(in_hand().case, DESK, LEADER, lines=MAX_HISTORY)
    with pytest.raises(Forbidden):
        decide(in_hand().case, Action("record_step", {"what": "谈话"}, in_hand().now), HANDLER, {}, MAX_HISTORY)


def test_who_is_kept_out_of_a_whole_is_kept_out_of_its_parts_and_leaves_them():
    cabinet = Cabinet(colleagues=COLLEAGUES)
    cabinet.put(report())
    cabinet.act("case-1", "accept", DESK, allegations=["甲", "乙"])
    cabinet.act("case-1", "split", DESK, allegation_numbers=[2], reason="另案")
    cabinet.act("part-2", "assign", DESK, handler_id=OTHER_HANDLER.id).act("part-2", "start", OTHER_HANDLER)
    cabinet.act("case-1", "exclude", SUPERVISOR, person_ids=[OTHER_HANDLER.id], reason="近亲属")

    part = cabinet["part-2"]
    assert (part.state, part.handler_id, part.excluded_person_ids) == ("returned", None, (OTHER_HANDLER.id,))
    line = cabinet.files["part-2"].history[-1]
    assert (line.action, line.by_id, line.why) == ("exclude_handler", SUPERVISOR.id, "近亲属")


def test_only_units_from_which_it_is_not_hidden_yet_are_put_on_record():
    case = report(excluded_unit_ids=[DISTRICT])
    entry = kept_from(case, [DISTRICT, "branch", "branch"], case.opened_at)
    assert entry.details == {"unit_ids": ["branch"]}
    assert File(case).add(entry).case.excluded_unit_ids == (DISTRICT, "branch")
    assert kept_from(case, [DISTRICT], case.opened_at) is None


def test_a_line_of_history_names_who_did_it():
    entry = order(in_hand().case, DESK, OTHER_HANDLER)
    assert (entry.by_id, entry.by_name) == (DESK.id, DESK.name)


def test_who_is_kept_out_of_a_whole_without_handling_its_part_is_kept_out_of_that_too():
    cabinet = Cabinet(colleagues=COLLEAGUES)
    cabinet.put(report()).accepted("甲", "乙")
    cabinet.act("case-1", "split", DESK, allegation_numbers=[2], reason="另案")
    cabinet.act("part-2", "assign", DESK, handler_id=OTHER_HANDLER.id)
    cabinet.act("case-1", "exclude", SUPERVISOR, person_ids=[LEADER.id], reason="近亲属")

    part = cabinet["part-2"]
    assert (part.state, part.handler_id, part.excluded_person_ids) == ("assigned", OTHER_HANDLER.id, (LEADER.id,))
