"""Who may do what: the whole matrix of roles, states and actions, and the conditions beyond it."""

from datetime import date
from itertools import product

import pytest

from contracts.roles import ALL_ROLES
from services.tasks.model.case import Case
from services.tasks.model.conflict import reads_details, scope_of, sees
from services.tasks.model.decisions import MAX_HISTORY, Action, allowed_actions, decide
from services.tasks.model.refusals import CaseCannotClose, Forbidden, Invalid, WrongState
from services.tasks.model.transitions import BY_ACTION, STATES, TABLE
from tests.unit.tasks.builders import (
    BUREAU,
    COLLEAGUES,
    DESK,
    DISTRICT,
    HANDLER,
    LEADER,
    MORNING,
    OFFICE,
    OTHER_HANDLER,
    SUPERVISOR,
    File,
    report,
    somebody,
)
from tests.unit.tasks.cabinet import Cabinet

FIELDS = {
    "ground": "no_substance", "reason": "理由", "body": "市纪委监委", "handler_id": HANDLER.id, "what": "谈话",
    "allegation": 1, "outcome": "false", "measure": "criticism", "days": 30, "approver_id": LEADER.id,
    "answered_on": date(2026, 3, 2), "request": 1,
    "into": "case-2", "person_ids": [OTHER_HANDLER.id], "allegation_numbers": [1],
}  # fmt: skip


def fields_of(action: str) -> dict[str, object]:
    fields = {name: FIELDS[name] for name in BY_ACTION[action].needs}
    if action == "join":
        fields["handler_id"] = OTHER_HANDLER.id
    return {**fields, "body": "police"} if action == "request_assistance" else fields


def in_every_state() -> dict[str, Case]:
    cases = {
        "registered": File(),
        "accepted": File().accepted(),
        "assigned": File().accepted().act("assign", DESK, handler_id=HANDLER.id),
        "investigating": File().investigated(),
        "findings": File().found("substantiated"),
        "disposition": File().found("substantiated").act(
            "record_disposition", HANDLER, allegation=1, measure="criticism", reason="依规"
        ),
        "feedback": File().ready_to_close(),
        "suspended": File().investigating().act("suspend", DESK, reason="等待鉴定"),
        "returned": File().investigating().act("return", HANDLER, reason="应当回避"),
        "refused": File().act("refuse", DESK, ground="no_substance", reason="无实质内容"),
        "transferred": File().act("transfer", DESK, body="市纪委监委", reason="管辖"),
        "closed": File().closed(),
        "merged": Cabinet().with_merged("case-1", into="case-2").files["case-1"],
    }  # fmt: skip
    return {state: file.case for state, file in cases.items()}


CASES = in_every_state()


def test_there_is_a_case_in_every_state():
    assert {state: case.state for state, case in CASES.items()} == {state: state for state in STATES}


@pytest.mark.parametrize("role", sorted(ALL_ROLES))
def test_each_role_may_do_what_the_table_says_and_is_denied_all_else(role):
    person = somebody(role, id=HANDLER.id if role == "handler" else role)
    for state, row in product(STATES, TABLE):
        case = CASES[state]
        mine = role != "handler" or case.handler_id == person.id
        action = Action(row.action, fields_of(row.action), MORNING)
        if role not in row.roles or not mine:
            with pytest.raises(Forbidden):
                decide(case, action, person, COLLEAGUES)
            assert row.action not in allowed_actions(case, person)
        elif state not in row.sources:
            with pytest.raises((WrongState, CaseCannotClose)) as refused:
                decide(case, action, person, COLLEAGUES)
            assert refused.value.allowed == allowed_actions(case, person)
            assert row.action not in refused.value.allowed
        elif row.action in allowed_actions(case, person):
            decide(case, action, person, COLLEAGUES)


def test_a_handler_has_no_say_in_the_case_of_another():
    with pytest.raises(Forbidden):
        File().investigating().act("record_step", OTHER_HANDLER, what="越权")


@pytest.mark.parametrize("role", sorted(ALL_ROLES - {"desk", "handler", "supervisor", "leader"}))
def test_other_roles_know_of_no_case(role):
    assert scope_of(somebody(role)) is None
    assert not sees(somebody(role), report())


def test_a_handler_sees_own_cases_only_and_only_while_they_are_own():
    file = File()
    assert not sees(HANDLER, file.case)
    file.investigating()
    assert sees(HANDLER, file.case)
    assert not sees(OTHER_HANDLER, file.case)
    file.act("reassign", DESK, handler_id=OTHER_HANDLER.id, reason="调整")
    assert not sees(HANDLER, file.case)
    assert sees(OTHER_HANDLER, file.case)


def test_nobody_of_a_unit_concerned_or_below_it_knows_of_the_case_but_the_supervision_group_does():
    case = report(excluded_unit_ids=[DISTRICT])
    inside = (BUREAU, DISTRICT, "branch")
    for role in ("desk", "leader", "handler"):
        assert not sees(somebody(role, unit_path=inside), case)
    assert sees(somebody("supervisor", unit_path=inside), case)
    assert sees(DESK, case)


def test_a_case_about_the_bureau_itself_can_still_be_handed_to_the_level_above():
    file = File(report(excluded_unit_ids=[BUREAU]))
    assert not sees(DESK, file.case)
    assert allowed_actions(file.case, SUPERVISOR) == ["transfer", "exclude"]
    file.act("transfer", SUPERVISOR, body="省司法厅", reason="反映本机关")
    assert file.case.state == "transferred"


def test_the_desk_and_the_handler_read_the_file_others_its_progress():
    case = File().investigating().case
    assert reads_details(DESK, case)
    assert reads_details(HANDLER, case)
    for person in (OTHER_HANDLER, SUPERVISOR, LEADER):
        assert not reads_details(person, case)
    assert not reads_details(DESK, report(excluded_unit_ids=[OFFICE]))


@pytest.mark.parametrize(
    "colleague",
    [
        None,
        somebody("member", id="new").as_colleague(),
        somebody("handler", id="new").as_colleague(active=False),
        somebody("handler", id="new", unit_path=(BUREAU, DISTRICT)).as_colleague(),
    ],
    ids=["unknown", "not a handler", "gone", "of the unit concerned"],
)
def test_a_case_is_given_only_to_an_active_handler_of_a_unit_that_is_not_concerned(colleague):
    file = File(report(excluded_unit_ids=[DISTRICT]), colleagues={"new": colleague} if colleague else {})
    with pytest.raises(Invalid) as refused:
        file.accepted().act("assign", DESK, handler_id="new")
    assert refused.value.errors[0]["field"] == "handler_id"


def test_a_case_is_not_given_to_the_unit_concerned_in_the_name_of_an_outsider():
    with pytest.raises(Invalid):
        File(report(excluded_unit_ids=[DISTRICT])).accepted().act(
            "assign", DESK, handler_id=HANDLER.id, unit_id=DISTRICT
        )


def test_the_handling_unit_is_the_handlers_own_unless_the_desk_names_one():
    assert File().investigating().case.unit_id == OFFICE
    file = File().accepted().act("assign", DESK, handler_id=HANDLER.id, unit_id="team-2")
    assert file.case.unit_id == "team-2"


def test_handling_is_extended_once_by_at_most_thirty_days_by_a_leader_in_person():
    file = File().investigating()
    with pytest.raises(Invalid):
        file.act("extend", LEADER, days=31, approver_id=LEADER.id, reason="复杂")
    with pytest.raises(Invalid):
        file.act("extend", LEADER, days=30, approver_id="another-leader", reason="复杂")
    for person in (DESK, HANDLER, SUPERVISOR):
        with pytest.raises(Forbidden):
            file.act("extend", person, days=30, approver_id=LEADER.id, reason="复杂")
    file.act("extend", LEADER, days=30, approver_id=LEADER.id, reason="复杂")
    assert "extend" not in allowed_actions(file.case, LEADER)
    with pytest.raises(WrongState):
        file.act("extend", LEADER, days=1, approver_id=LEADER.id, reason="再延")


def test_a_finding_is_about_an_allegation_that_there_is():
    with pytest.raises(Invalid):
        File().investigated().act("record_finding", HANDLER, allegation=2, outcome="false", reason="?")


def test_a_full_history_stops_notes_but_not_the_case():
    case = File().investigated().case
    step = Action("record_step", {"what": "又一步"}, MORNING)
    with pytest.raises(Forbidden):
        decide(case, step, HANDLER, COLLEAGUES, MAX_HISTORY)
    finding = Action("record_finding", {"allegation": 1, "outcome": "false", "reason": "不实"}, MORNING)
    assert decide(case, finding, HANDLER, COLLEAGUES, MAX_HISTORY).to_state == "findings"
