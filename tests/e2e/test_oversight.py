"""Oversight of time limits through HTTP on the whole system: orders, what-if and the inventory, and who is denied."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import pytest

from chassis.clock import BUREAU_ZONE
from tests.e2e.cases import act, post, problem
from tests.support.waiting import eventually

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def case(signed_in):
    """A case in the hands of the handler."""
    desk = signed_in("desk")
    report = {
        "kind": "report",
        "category": "conduct.attitude",
        "title": f"时限 {secrets.token_hex(8)}",
        "narrative": "久拖不决。",
        "subjects": [{"name": "某工作人员", "unit": "某办事大厅", "position": ""}],
        "reporter": {"mode": "anonymous"},
    }
    known = {one["id"] for one in desk.get("/cases").json()["items"]}
    assert signed_in().post("/reports", json=report).status_code == 201
    new = eventually(lambda: [one for one in desk.get("/cases").json()["items"] if one["id"] not in known])
    act(desk, new[0], "accept")
    return act(desk, new[0], "assign", handler_id=signed_in("handler").get("/me").json()["id"])


def in_days(days):
    return (datetime.now(BUREAU_ZONE) + timedelta(days=days)).date().isoformat()


def test_a_suspension_and_an_extension_are_reckoned_without_being_done(signed_in, case):
    for username in ("desk", "handler", "leader", "supervisor"):
        client = signed_in(username)
        plan = {"suspend_on": in_days(5), "resume_on": in_days(25), "extend_days": 10}
        answer = client.get(f"/cases/{case['id']}/what-if", params=plan)
        assert answer.status_code == 200, answer.text
        [handle] = [clock for clock in answer.json()["clocks"] if clock["rule"] == "handle"]
        moved = datetime.fromisoformat(handle["due_at"]) - datetime.fromisoformat(handle["due_at_now"])
        assert moved == timedelta(days=30)
        assert [stage["stage"] for stage in handle["stages"]] == ["remind", "urge", "supervise", "escalate"]
    assert signed_in("desk").get(f"/cases/{case['id']}").json()["version"] == case["version"]


def test_what_cannot_be_reckoned_is_refused_in_the_readers_language(signed_in, case):
    desk, path = signed_in("desk"), f"/cases/{case['id']}/what-if"
    body = problem(desk.get(path, params={"suspend_on": in_days(-1)}), 422, "invalid")
    assert body["errors"] == [{"field": "suspend_on", "message": "日期不得早于今日。"}]
    body = problem(desk.get(path, params={"extend_days": 31}, headers={"Accept-Language": "en"}), 422, "invalid")
    assert body["errors"] == [{"field": "extend_days", "message": "An extension has at most 30 days."}]
    problem(desk.get(path, params={"resume_on": in_days(3)}), 409, "wrong-state")
    problem(desk.get(path, params={"whim": "1"}), 422, "invalid")
    problem(desk.get("/cases/no-such-case/what-if"), 404)


def test_the_inventory_is_for_desk_leader_and_supervision_group_alone(signed_in, case):
    for username in ("desk", "leader", "supervisor"):
        client = signed_in(username)
        for by in ("unit", "handler"):
            answer = client.get("/overdue-cases", params={"by": by})
            assert answer.status_code == 200, answer.text
            body = answer.json()
            assert set(body) == {"items", "overdue", "at"}
            assert all(
                set(one) == {"unit_id", "handler_id", "overdue", "oldest_due_at", "days"} for one in body["items"]
            )
    for username in ("handler", "custodian", "admin", "auditor", "editor", "reviewer1", "trainer", "member1"):
        problem(signed_in(username).get("/overdue-cases"), 403, "not-allowed")
    problem(signed_in().get("/overdue-cases"), 401)
    problem(signed_in("desk").get("/overdue-cases", params={"by": "mood"}), 422, "invalid")
    problem(signed_in("desk").get("/cases", params={"unassigned": "true"}), 422, "invalid")
    assert signed_in("desk").get("/cases", params={"unassigned": "true", "overdue": "true"}).status_code == 200


def test_others_learn_nothing_of_the_time_limits_of_a_case(signed_in, case):
    for username in ("custodian", "admin", "auditor", "editor", "reviewer1", "trainer", "member1"):
        problem(signed_in(username).get(f"/cases/{case['id']}/what-if"), 403, "not-allowed")
    problem(signed_in().get(f"/cases/{case['id']}/what-if"), 401)


def test_an_order_of_the_supervision_group_waits_for_the_handlers_answer(signed_in, case):
    supervisor, handler = signed_in("supervisor"), signed_in("handler")
    problem(post(handler, case, "supervise", reason="?"), 403, "not-allowed")
    problem(post(supervisor, case, "supervise", reason="?", due_on=in_days(-1)), 422, "invalid")
    ordered = act(supervisor, case, "supervise", reason="请说明进展", due_on=in_days(3))
    assert [order["due_on"] for order in ordered["supervisions"]] == [in_days(3)]
    body = problem(post(signed_in("desk"), case, "close"), 409, "case-cannot-close")
    assert "supervision:1" in body["missing"]
    assert "对第 1 号督办的答复" in body["detail"]
    problem(post(supervisor, case, "answer_supervision", what="?"), 403, "not-allowed")
    assert act(handler, case, "answer_supervision", what="已调取材料")["supervisions"] == []
    problem(post(handler, case, "answer_supervision", what="再答"), 409, "wrong-state")


def test_an_extension_is_refused_or_approved_by_the_leader_who_was_asked(signed_in, case):
    handler, leader = signed_in("handler"), signed_in("leader")
    approver = leader.get("/me").json()["id"]
    problem(post(signed_in("supervisor"), case, "ask_extension", days=5, approver_id=approver, reason="?"), 403)
    act(handler, case, "ask_extension", days=5, approver_id=approver, reason="待鉴定", ground="needs_expertise")
    problem(post(signed_in("desk"), case, "approve_extension"), 403, "not-allowed")
    refused = act(leader, case, "refuse_extension", reason="可以按期办结")
    assert refused["extension_request"] is None
    before = refused["clocks"]
    act(handler, case, "ask_extension", days=5, approver_id=approver, reason="待鉴定", ground="needs_expertise")
    extended = act(leader, case, "approve_extension")
    moved = [
        datetime.fromisoformat(now["due_at"]) - datetime.fromisoformat(then["due_at"])
        for then, now in zip(before, extended["clocks"], strict=True)
        if now["rule"] == "handle"
    ]
    assert moved == [timedelta(days=5)]
