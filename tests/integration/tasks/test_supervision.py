"""Orders to account for a case, and the one extension of its time limit: who gives, asks and answers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chassis.refusals import NotFound
from contracts.tasks import operations
from services.tasks.handlers import study
from services.tasks.model.refusals import CaseCannotClose, Forbidden, Invalid, WrongState
from tests.integration.tasks.building import (
    BUREAU,
    DESK,
    DISTRICT,
    HANDLER,
    LEADER,
    MEMBER,
    NOW,
    OFFICE,
    OTHER_HANDLER,
    SUPERVISOR,
    a_person,
    act,
    actor,
    by,
    get,
    history,
    investigating,
    opened,
)
from tests.integration.tasks.overseeing import concluded

OTHER_LEADER = actor("leader", id="other-leader")


@pytest.fixture(autouse=True, scope="module")
def known(store):
    study.know_people(store, [a_person(OTHER_LEADER)])


@pytest.mark.parametrize("who", [DESK, LEADER, SUPERVISOR], ids=["desk", "leader", "supervisor"])
def test_an_order_is_shown_until_the_handler_has_answered_it(store, who):
    case_id = investigating(store)
    ordered = act(store, case_id, "supervise", by(who), reason="进展缓慢", due_on="2026-03-10")
    [order] = ordered["supervisions"]
    assert (order["number"], order["by_id"], order["due_on"]) == (1, who.id, "2026-03-10")
    operations.act_on_case.response().dump(ordered)
    assert get(store, case_id, HANDLER)["supervisions"] == [order]
    assert "answer_supervision" in get(store, case_id, HANDLER)["allowed_actions"]
    answered = act(store, case_id, "answer_supervision", by(HANDLER), what="已约谈三人")
    assert answered["supervisions"] == []
    assert "answer_supervision" not in answered["allowed_actions"]
    last = history(store, case_id)["items"][-1]
    assert (last["action"], last["details"]) == ("answer_supervision", {"what": "已约谈三人", "order": 1})


def test_a_case_with_an_order_that_waits_for_its_answer_cannot_be_closed(store):
    case_id = investigating(store)
    concluded(store, case_id, NOW)
    act(store, case_id, "tell_result", by(HANDLER))
    act(store, case_id, "confirm_adequate", by(LEADER), reason="适当")
    for _ in range(2):
        act(store, case_id, "supervise", by(SUPERVISOR), reason="说明情况")
    act(store, case_id, "answer_supervision", by(HANDLER), what="说明", order=2)
    with pytest.raises(CaseCannotClose) as refused:
        act(store, case_id, "close", by(DESK))
    assert refused.value.missing == ["supervision:1"]
    act(store, case_id, "answer_supervision", by(HANDLER), what="说明")
    assert act(store, case_id, "close", by(DESK))["state"] == "closed"


def test_nobody_else_orders_or_answers_and_no_answer_is_wanted_by_a_day_that_is_past(store):
    case_id = investigating(store)
    with pytest.raises(Forbidden):
        act(store, case_id, "supervise", by(HANDLER), reason="?")
    with pytest.raises(WrongState):
        act(store, case_id, "answer_supervision", by(HANDLER), what="没有督办")
    with pytest.raises(Invalid) as refused:
        act(store, case_id, "supervise", by(DESK), reason="?", due_on="2026-03-01")
    assert refused.value.errors[0]["field"] == "due_on"
    act(store, case_id, "supervise", by(DESK), reason="?", due_on="2026-03-02")
    for who in (DESK, LEADER, SUPERVISOR):
        with pytest.raises(Forbidden):
            act(store, case_id, "answer_supervision", by(who), what="?")
    with pytest.raises(Invalid):
        act(store, case_id, "answer_supervision", by(HANDLER), what="?", order=2)
    with pytest.raises(NotFound):
        act(store, case_id, "supervise", by(MEMBER), reason="?")


def test_an_order_outlives_the_change_of_hands_and_of_rounds(store):
    case_id = investigating(store)
    act(store, case_id, "supervise", by(LEADER), reason="督办")
    act(store, case_id, "reassign", by(DESK), handler_id=OTHER_HANDLER.id, reason="人手")
    assert act(store, case_id, "answer_supervision", by(OTHER_HANDLER), what="接手办理")["supervisions"] == []
    act(store, case_id, "supervise", by(LEADER), reason="再督办")
    case = get(store, case_id)
    assert [order["number"] for order in case["supervisions"]] == [2]


def asked(store, case_id, who, **fields):
    return act(
        store, case_id, "ask_extension", by(who), **{"days": 20, "approver_id": LEADER.id, "reason": "复杂", **fields}
    )


def due(case):
    return next(clock["due_at"] for clock in case["clocks"] if clock["rule"] == "handle")


@pytest.mark.parametrize("who", [DESK, HANDLER], ids=["desk", "handler"])
def test_an_extension_that_is_asked_for_moves_the_end_once_the_named_leader_approves_in_person(store, who):
    case_id = investigating(store)
    before = get(store, case_id)
    case = asked(store, case_id, who, ground="many_persons")
    request = case["extension_request"]
    assert (request["days"], request["approver_id"], request["by_id"]) == (20, LEADER.id, who.id)
    operations.act_on_case.response().dump(case)
    assert due(case) == due(before)
    for other in (OTHER_LEADER, DESK, HANDLER, SUPERVISOR):
        with pytest.raises(Forbidden):
            act(store, case_id, "approve_extension", by(other))
        assert "approve_extension" not in get(store, case_id, DESK)["allowed_actions"]
    assert "approve_extension" in get(store, case_id, LEADER)["allowed_actions"]
    approved = act(store, case_id, "approve_extension", by(LEADER))
    assert due(approved) - due(before) == timedelta(days=20)
    assert approved["extension_request"] is None
    event = store.db.cases.find_one({"_id": case_id})["outbox"][-1]["data"]
    assert event["text_code"] == "case.extended.many_persons"
    for again in ("ask_extension", "extend"):
        with pytest.raises(WrongState):
            act(store, case_id, again, by(LEADER if again == "extend" else who), days=1, approver_id=LEADER.id,
                reason="再延")  # fmt: skip


def test_a_refusal_says_why_to_the_staff_and_the_end_stays(store):
    case_id = investigating(store)
    before = asked(store, case_id, HANDLER)
    with pytest.raises(Forbidden):
        act(store, case_id, "refuse_extension", by(OTHER_LEADER), reason="?")
    refused = act(store, case_id, "refuse_extension", by(LEADER), reason="可以按期办结")
    assert (refused["extension_request"], due(refused)) == (None, due(before))
    assert store.db.cases.find_one({"_id": case_id})["outbox"][-1]["data"]["text_code"] is None
    with pytest.raises(WrongState):
        act(store, case_id, "approve_extension", by(LEADER))
    assert asked(store, case_id, DESK, approver_id=OTHER_LEADER.id)["extension_request"]["approver_id"]
    assert due(act(store, case_id, "approve_extension", by(OTHER_LEADER))) > due(before)


def test_who_does_not_answer_is_passed_over_by_asking_another(store):
    case_id = investigating(store)
    asked(store, case_id, HANDLER)
    asked(store, case_id, HANDLER, approver_id=OTHER_LEADER.id, days=5)
    with pytest.raises(Forbidden):
        act(store, case_id, "approve_extension", by(LEADER))
    assert due(act(store, case_id, "approve_extension", by(OTHER_LEADER))).date() == date(2026, 5, 6)


def test_who_may_not_be_asked(store):
    case_id = investigating(store, subject_unit_ids=[DISTRICT])
    concerned = actor("leader", id="concerned", path=(BUREAU, DISTRICT))
    study.know_people(store, [a_person(concerned)])
    for approver in ("nobody", DESK.id, concerned.id):
        with pytest.raises(Invalid):
            asked(store, case_id, HANDLER, approver_id=approver)
    with pytest.raises(Invalid):
        asked(store, case_id, HANDLER, days=31)
    with pytest.raises(Forbidden):
        asked(store, case_id, SUPERVISOR)


def test_a_leader_who_handles_the_case_by_now_does_not_extend_it(store):
    both = actor("leader", "handler", id="both", path=(BUREAU, OFFICE))
    study.know_people(store, [a_person(both)])
    case_id = investigating(store)
    asked(store, case_id, DESK, approver_id=both.id)
    act(store, case_id, "reassign", by(DESK), handler_id=both.id, reason="人手")
    with pytest.raises(Forbidden):
        act(store, case_id, "approve_extension", by(both))
    assert act(store, case_id, "refuse_extension", by(both), reason="回避")["extension_request"] is None


def test_a_case_that_is_not_in_hand_yet_is_not_supervised(store):
    case_id = opened(store)
    with pytest.raises(WrongState):
        act(store, case_id, "supervise", by(SUPERVISOR), reason="?")
