"""Cases and study records through HTTP on the whole system: who may do what, and what is answered
otherwise.
"""

from __future__ import annotations

import secrets

import pytest

from tests.e2e.cases import act, post, problem
from tests.support.waiting import eventually

pytestmark = pytest.mark.system

CASE = {
    "id", "number", "state", "category", "source", "handler_id", "unit_id", "clocks", "guards", "allowed_actions",
    "version", "re_examination", "satisfied", "reply_awaited", "transfer", "assistance",
    "level", "supervisions", "extension_request", "merged_into", "follower_ids", "split_from", "parts",
    "joint_handler_ids", "excluded_person_ids", "moved_allegations",
}  # fmt: skip


@pytest.fixture
def case(signed_in):
    """A case that a named report has just opened."""
    desk = signed_in("desk")
    known = {one["id"] for one in newest(desk)}
    report = {
        "kind": "report",
        "category": "conduct.attitude",
        "title": f"端到端 {secrets.token_hex(8)}",
        "narrative": "窗口工作人员推诿。",
        "subjects": [{"name": "某工作人员", "unit": "某办事大厅", "position": ""}],
        "reporter": {"mode": "named", "name": "张三", "phone": "13800000000"},
    }
    answer = signed_in().post("/reports", json=report)
    assert answer.status_code == 201, answer.text
    (opened,) = eventually(lambda: [one for one in newest(desk) if one["id"] not in known])
    return opened


def newest(desk):
    return desk.get("/cases", params={"limit": 100}).json()["items"]


def handed_to_the_handler(signed_in, case):
    handler_id = signed_in("handler").get("/me").json()["id"]
    act(signed_in("desk"), case, "accept")
    return act(signed_in("desk"), case, "assign", handler_id=handler_id)


def test_a_case_answers_exactly_as_the_interface_says(signed_in, case):
    desk = signed_in("desk")
    answer = desk.get(f"/cases/{case['id']}")
    # In full a case is told with its allegations besides.
    whole = answer.json()
    assert [allegation["number"] for allegation in whole.pop("allegations")] == [1]
    assert whole == case
    assert answer.headers["ETag"] == '"1"'
    assert set(case) == CASE
    assert case["state"] == "registered"
    assert case["source"]["kind"] == "report"
    assert set(case["source"]) == {"kind", "id"}
    assert {clock["rule"]: clock["state"] for clock in case["clocks"]} == {
        "register_and_route": "running",
        "tell_acceptance": "running",
        "tell_acceptance_named": "running",
    }
    assert all(set(clock) == {"rule", "ref", "started_at", "due_at", "state", "stage"} for clock in case["clocks"])
    assert case["guards"] == dict.fromkeys(("investigated", "clear", "handled", "adequate"), False)
    assert case["allowed_actions"] == ["accept", "refuse", "transfer", "exclude", "merge"]


@pytest.mark.parametrize("username", ["custodian", "admin", "auditor", "editor", "reviewer1", "trainer", "member1"])
def test_other_roles_are_denied_every_path_of_cases(signed_in, case, username):
    client = signed_in(username)
    for answer in (
        client.get("/cases"),
        client.get(f"/cases/{case['id']}"),
        client.get(f"/cases/{case['id']}/history"),
        post(client, case, "accept"),
    ):
        problem(answer, 403)


def test_without_signing_in_there_is_no_case(signed_in, case):
    for answer in (
        signed_in().get("/cases"),
        signed_in().get(f"/cases/{case['id']}"),
        post(signed_in(), case, "accept"),
    ):
        problem(answer, 401)


def test_a_handler_knows_of_a_case_only_while_it_is_theirs(signed_in, case):
    handler, desk = signed_in("handler"), signed_in("desk")
    problem(handler.get(f"/cases/{case['id']}"), 404)
    problem(post(handler, case, "start"), 404)
    problem(desk.get("/cases/no-such-case"), 404)
    handed_to_the_handler(signed_in, case)
    assert handler.get(f"/cases/{case['id']}").json()["allowed_actions"] == [
        "start", "return", "object", "request_assistance", "ask_extension",
    ]  # fmt: skip
    own = handler.get("/cases", params={"limit": 200}).json()["items"]
    assert case["id"] in {one["id"] for one in own}
    assert len({one["handler_id"] for one in own}) == 1
    act(handler, case, "return", reason="应当回避")
    problem(handler.get(f"/cases/{case['id']}"), 404)


def test_supervision_group_and_leaders_read_the_progress_and_do_not_handle(signed_in, case):
    handed_to_the_handler(signed_in, case)
    act(signed_in("handler"), case, "start")
    act(signed_in("handler"), case, "record_step", what="谈话要点保密", evidence=["笔录"])
    for username in ("supervisor", "leader"):
        client = signed_in(username)
        assert client.get(f"/cases/{case['id']}").json()["state"] == "investigating"
        history = client.get(f"/cases/{case['id']}/history")
        assert "谈话要点保密" not in history.text
        problem(post(client, case, "record_step", what="越权"), 403, "not-allowed")
        problem(post(client, case, "suspend", reason="越权"), 403, "not-allowed")
    assert "谈话要点保密" in signed_in("desk").get(f"/cases/{case['id']}/history").text


def test_what_the_state_does_not_allow_is_a_conflict_that_says_what_is_possible(signed_in, case):
    body = problem(post(signed_in("desk"), case, "resume"), 409, "wrong-state")
    assert (body["state"], body["allowed"]) == ("registered", ["accept", "refuse", "transfer", "exclude", "merge"])
    assert "已登记" in body["detail"]
    assert "受理" in body["detail"]


def test_closing_too_early_lists_exactly_what_is_missing(signed_in, case):
    body = problem(post(signed_in("desk"), case, "close"), 409, "case-cannot-close")
    assert body["missing"] == ["step", "evidence", "finding:1", "second_person_review", "result_told"]
    assert body["allowed"] == ["accept", "refuse", "transfer", "exclude", "merge"]
    assert "有访未查" in body["detail"]
    english = problem(post(signed_in("desk"), case, "close", {"Accept-Language": "en"}), 409)
    assert "a finding on allegation 1" in english["detail"]
    after = signed_in("desk").get(f"/cases/{case['id']}").json()
    assert {name: value for name, value in after.items() if name != "allegations"} == case


def test_a_case_closes_through_the_four_guards_and_its_history_tells_how(signed_in, case):
    desk, handler = signed_in("desk"), signed_in("handler")
    handed_to_the_handler(signed_in, case)
    act(handler, case, "start")
    act(handler, case, "record_step", what="调取窗口录像", evidence=["录像第3号"])
    act(handler, case, "record_finding", allegation=1, outcome="substantiated", reason="录像可证")
    assert problem(post(handler, case, "conclude"), 409)["missing"] == ["disposition:1"]
    act(handler, case, "record_disposition", allegation=1, measure="criticism", reason="依规")
    concluded = act(handler, case, "conclude")
    assert {clock["rule"]: clock["state"] for clock in concluded["clocks"]}["tell_result_named"] == "running"
    assert problem(post(desk, case, "close"), 409)["missing"] == ["second_person_review", "result_told"]
    act(handler, case, "tell_result")
    act(signed_in("supervisor"), case, "confirm_adequate", reason="处理适当")
    closed = act(desk, case, "close")
    assert closed["state"] == "closed"
    assert all(closed["guards"].values())
    assert closed["allowed_actions"] == ["exclude", "reopen"]

    page = desk.get(f"/cases/{case['id']}/history", params={"limit": 4}).json()
    rest = desk.get(f"/cases/{case['id']}/history", params={"cursor": page["next_cursor"]}).json()
    entries = page["items"] + rest["items"]
    assert [entry["action"] for entry in entries] == [
        "open", "accept", "assign", "start", "record_step", "record_finding", "record_disposition", "conclude",
        "tell_result", "confirm_adequate", "close",
    ]  # fmt: skip
    assert set(entries[0]) == {"action", "at", "who", "from", "to", "why", "details"}
    assert entries[-2]["why"] == "处理适当"
    assert entries[-1]["who"]["id"] == desk.get("/me").json()["id"]


def test_whoever_decided_cannot_review(signed_in, case):
    desk, handler = signed_in("desk"), signed_in("handler")
    handed_to_the_handler(signed_in, case)
    act(handler, case, "start")
    act(handler, case, "record_step", what="调取窗口录像", evidence=["录像第3号"])
    act(handler, case, "record_finding", allegation=1, outcome="substantiated", reason="录像可证")
    act(desk, case, "record_disposition", allegation=1, measure="none", reason="已离职")
    act(handler, case, "conclude")
    problem(post(desk, case, "confirm_adequate", reason="自己复核"), 403)
    assert "confirm_adequate" not in desk.get(f"/cases/{case['id']}").json()["allowed_actions"]


def test_an_action_for_an_earlier_version_is_refused(signed_in, case):
    desk = signed_in("desk")
    act(desk, case, "accept")
    problem(post(desk, case, "transfer", {"If-Match": '"1"'}, body="市纪委监委", reason="管辖"), 412, "stale")
    problem(post(desk, case, "transfer", body="市纪委监委", reason="管辖", expected_version=1), 412, "stale")
    answer = post(desk, case, "transfer", {"If-Match": '"2"'}, body="市纪委监委", reason="管辖")
    assert answer.json()["state"] == "transferred"


def test_a_repeated_request_acts_once(signed_in, case):
    desk, key = signed_in("desk"), {"Idempotency-Key": secrets.token_hex(16)}
    first = post(desk, case, "accept", key)
    again = post(desk, case, "accept", key)
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    problem(post(desk, case, "accept", key, reason="另一理由"), 422, "idempotency-key-reused")


@pytest.mark.parametrize(
    ("request_body", "field"),
    [
        ({"action": "fly"}, "action"),
        ({}, "action"),
        ({"action": "refuse", "reason": "无"}, "ground"),
        ({"action": "refuse", "reason": "无", "ground": "whim"}, "ground"),
        ({"action": "accept", "days": 3}, "days"),
        ({"action": "accept", "surprise": 1}, "surprise"),
        ({"action": "accept", "reason": "控\u0000制"}, "reason"),
        ({"action": "accept", "allegations": []}, "allegations"),
        ({"action": "accept", "case_id": "other"}, "case_id"),
    ],
)
def test_what_an_action_cannot_carry_names_the_field(signed_in, case, request_body, field):
    body = problem(signed_in("desk").post(f"/cases/{case['id']}/actions", json=request_body), 422, "invalid")
    assert [error["field"] for error in body["errors"]] == [field]


def test_a_case_goes_only_to_somebody_who_is_a_handler(signed_in, case):
    desk = signed_in("desk")
    act(desk, case, "accept")
    member_id = signed_in("member1").get("/me").json()["id"]
    for nobody in (member_id, "no-such-person"):
        body = problem(post(desk, case, "assign", handler_id=nobody), 422, "invalid")
        assert body["errors"][0]["field"] == "handler_id"


def test_a_suspended_clock_stands_still_and_one_extension_is_approved_by_a_leader(signed_in, case):
    def handle(shown):
        return next(clock for clock in shown["clocks"] if clock["rule"] == "handle")

    desk = signed_in("desk")
    handed_to_the_handler(signed_in, case)
    suspended = act(desk, case, "suspend", reason="等待鉴定")
    assert handle(suspended)["state"] == "paused"
    assert handle(act(desk, case, "resume"))["state"] == "running"
    leader = signed_in("leader")
    leader_id = leader.get("/me").json()["id"]
    problem(post(desk, case, "extend", days=30, approver_id=leader_id, reason="复杂"), 403, "not-allowed")
    body = problem(post(leader, case, "extend", days=31, approver_id=leader_id, reason="复杂"), 422, "invalid")
    assert body["errors"][0]["field"] == "days"
    asked = act(desk, case, "ask_extension", days=30, approver_id=leader_id, reason="复杂")
    assert asked["extension_request"]["days"] == 30
    extended = act(leader, case, "approve_extension")
    assert handle(extended)["due_at"] > handle(suspended)["due_at"]
    problem(post(leader, case, "extend", days=1, approver_id=leader_id, reason="再延"), 409, "wrong-state")


def test_lists_filter_by_what_the_interface_names_and_refuse_anything_else(signed_in, case):
    desk = signed_in("desk")
    handed_to_the_handler(signed_in, case)
    assigned = desk.get(f"/cases/{case['id']}").json()
    for name in ("state", "category", "handler_id", "unit_id"):
        items = desk.get("/cases", params={name: assigned[name], "limit": 200}).json()["items"]
        assert case["id"] in {one["id"] for one in items}
        assert {one[name] for one in items} == {assigned[name]}
    clues = desk.get("/cases", params={"source": "clue", "limit": 200}).json()["items"]
    assert {one["source"]["kind"] for one in clues} <= {"clue"}
    assert desk.get("/cases", params={"overdue": "true"}).status_code == 200
    for params in ({"colour": "red"}, {"state": "lost"}, {"limit": 0}, {"limit": 201}, {"cursor": "###"}):
        problem(desk.get("/cases", params=params), 422, "invalid")


def test_pages_of_cases_follow_each_other(signed_in, case):
    desk = signed_in("desk")
    # A clue says when it was opened, a report the hour alone: it stands behind the clues of its hour.
    one = {"source": "report", "limit": 1}

    def follow_each_other() -> bool:
        """Reports of tests before may still become cases between two looks."""
        both = [each["id"] for each in desk.get("/cases", params={**one, "limit": 2}).json()["items"]]
        first = desk.get("/cases", params=one).json()
        second = desk.get("/cases", params={**one, "cursor": first["next_cursor"]}).json()
        return [each["id"] for page in (first, second) for each in page["items"]] == both

    eventually(follow_each_other)


def test_a_study_record_is_ones_own_and_for_trainer_and_leader(signed_in):
    member = signed_in("member1")
    own = member.get("/me/study-record").json()
    assert set(own) == {"person_id", "credits", "points", "required", "elective", "entries"}
    assert set(own["required"]) == {"done", "of"}
    assert own["person_id"] == member.get("/me").json()["id"]
    assert member.get(f"/study-records/{own['person_id']}").json() == own
    for username in ("trainer", "leader"):
        assert signed_in(username).get(f"/study-records/{own['person_id']}").json() == own
    for username in ("member2", "desk", "admin"):
        problem(signed_in(username).get(f"/study-records/{own['person_id']}"), 404)
        problem(signed_in(username).get("/study-records"), 403)
    problem(signed_in().get("/me/study-record"), 401)
    problem(signed_in("trainer").get("/study-records/no-such-person"), 404)


def test_the_training_officer_sees_the_records_of_a_unit_and_of_the_units_below(signed_in):
    trainer, member = signed_in("trainer"), signed_in("member1")
    me = member.get("/me").json()
    listed = trainer.get("/study-records", params={"unit_id": me["unit"]["id"], "limit": 200}).json()["items"]
    assert me["id"] in {record["person_id"] for record in listed}
    everybody = trainer.get("/study-records", params={"limit": 200}).json()["items"]
    assert len(everybody) > len(listed)
    problem(trainer.get("/study-records", params={"line": "lawyers"}), 422, "invalid")
