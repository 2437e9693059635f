"""A whole life through HTTP: a report whose reporter asks, waits, is not satisfied, and has it examined again."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.e2e.cases import act, also_a_handler, my_id, post, problem
from tests.e2e.reporting import Reporter
from tests.support.waiting import eventually

pytestmark = pytest.mark.system

NAMED = {"mode": "named", "name": "张三", "phone": "13800000000"}


@pytest.fixture(scope="module")
def public(signed_in):
    """Somebody without an account."""
    return signed_in()


@pytest.fixture(scope="module")
def other_handler(signed_in):
    """A second case officer, who is one only as long as this file runs."""
    with also_a_handler(signed_in, "member20") as client:
        yield client


def waiting(client, case):
    """How many messages of this case wait for this person."""
    items = client.get("/report-inbox", params={"limit": 200}).json()["items"]
    return next((item["unread"] for item in items if item["case_id"] == case["id"]), 0)


def staff_write(client, case, text):
    answer = client.post(f"/cases/{case['id']}/report/messages", json={"text": text})
    assert answer.status_code == 201, answer.text
    return answer.json()


def staff_have_read(client, case, message):
    answer = client.put(f"/cases/{case['id']}/report/messages/read", json={"up_to": message["id"]})
    assert answer.status_code == 200, answer.text
    return answer.json()["unread"]


def to_the_result(client, case):
    act(client, case, "start")
    act(client, case, "record_step", what="调取窗口录像", evidence=["录像第3号"])
    act(client, case, "record_finding", allegation=1, outcome="substantiated", reason="录像可证")
    act(client, case, "record_disposition", allegation=1, measure="criticism", reason="依规")
    act(client, case, "conclude")
    return act(client, case, "tell_result")


def days_between(earlier, later):
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).days


def test_not_satisfied_once_leads_to_a_re_examination_by_others(public, signed_in, other_handler):
    desk, handler, supervisor = signed_in("desk"), signed_in("handler"), signed_in("supervisor")
    reporter = Reporter(public, reporter=NAMED)
    case = reporter.case(desk)

    # What is owed, and until when.
    reporter.waits_for("registered")
    acceptance = reporter.step("acceptance")
    assert (acceptance["state"], acceptance["text"]) == ("waiting", "告知是否受理：待完成")
    assert days_between(reporter.sees()["received_at"], acceptance["due_at"]) == 15
    assert reporter.step("result")["due_at"] is None
    problem(reporter.rates(True), 409, "no-result-yet")

    # What the reporter writes waits for the desk, until the desk says that it was read.
    written = reporter.writes("补充：窗口是三号。")
    assert waiting(desk, case) == desk.get(f"/cases/{case['id']}/report").json()["unread"] == 1
    assert waiting(handler, case) == 0
    eventually(lambda: desk.get(f"/cases/{case['id']}").json()["reply_awaited"])
    assert staff_have_read(desk, case, written) == waiting(desk, case) == 0

    # Accepted: the step is done, the next has its day.
    act(desk, case, "accept", allegations=["推诿"])
    act(desk, case, "assign", handler_id=my_id(handler))
    reporter.waits_for("in_progress")
    assert reporter.step("acceptance")["state"] == "done"
    before = reporter.step("result")["due_at"]

    # What the staff write waits for the reporter; who of them wrote it, only the staff are told.
    asked = staff_write(handler, case, "请问是几号？")
    assert asked["staff_id"] == my_id(handler)
    seen = reporter.sees()
    assert (seen["unread"], seen["messages"][-1]["unread"]) == (1, True)
    assert "staff_id" not in seen["messages"][-1]
    assert reporter.has_read(asked) == reporter.sees()["unread"] == 0
    answered = reporter.writes("正月初五。")
    assert waiting(handler, case) == 1
    assert staff_have_read(handler, case, answered) == 0

    # Extended: the reporter reads why, and both days; the reason that the staff gave stays with them.
    leader = signed_in("leader")
    leader_id = my_id(leader)
    extension = {"days": 20, "approver_id": leader_id, "reason": "待司法鉴定中心出具意见", "ground": "needs_expertise"}
    act(leader, case, "extend", **extension)
    result = eventually(lambda: (step := reporter.step("result"))["moved"] and step)
    [move] = result["moved"]
    assert (move["due_before"], move["due_after"], days_between(before, result["due_at"])) == (
        before, result["due_at"], 20,
    )  # fmt: skip
    assert "鉴定" in move["text"]
    assert "expert" in reporter.step("result", "en")["moved"][0]["text"]
    assert "待司法鉴定中心出具意见" not in str(reporter.sees())
    assert "专业意见" in reporter.sees()["history"][-1]["text"]

    # The first result does not satisfy.
    to_the_result(handler, case)
    eventually(lambda: reporter.step("feedback")["state"] == "done")
    act(signed_in("leader"), case, "confirm_adequate", reason="适当")
    assert reporter.sees()["may_rate"] is True
    assert reporter.rates(False, "没有查清是谁").status_code == 200
    assert reporter.rates(False, "没有查清是谁").status_code == 200
    problem(reporter.rates(True), 409)

    # It is taken in hand again, the reporter reads so, and by when.
    seen = reporter.waits_for("accepted")
    assert "复查" in seen["history"][-1]["text"]
    assert (seen["may_rate"], [step["step"] for step in seen["steps"]]) == (False, ["re_examination", "feedback"])
    assert days_between(seen["history"][-1]["at"], seen["steps"][0]["due_at"]) == 30
    again = desk.get(f"/cases/{case['id']}").json()
    assert (again["state"], again["handler_id"], again["re_examination"], again["satisfied"]) == (
        "accepted", None, True, False,
    )  # fmt: skip
    assert not any(again["guards"].values())
    [rating] = desk.get(f"/cases/{case['id']}/report").json()["ratings"]
    assert rating["reason"] == "没有查清是谁"
    problem(handler.get(f"/cases/{case['id']}"), 404)

    # By somebody else.
    refused = problem(post(desk, case, "assign", handler_id=my_id(handler)), 422, "invalid")
    assert [error["field"] for error in refused["errors"]] == ["handler_id"]
    assert "复查应由其他人员进行" in refused["errors"][0]["message"]
    assigned = eventually(
        lambda: (answer := post(desk, case, "assign", handler_id=my_id(other_handler))).status_code == 200 and answer,
    )
    assert assigned.json()["handler_id"] == my_id(other_handler)
    to_the_result(other_handler, case)
    refused = problem(post(signed_in("leader"), case, "confirm_adequate", reason="适当"), 403)
    assert "复查应由其他人员进行" in refused["detail"]
    act(supervisor, case, "confirm_adequate", reason="适当")
    assert act(desk, case, "close")["state"] == "closed"

    # The second result may be rated once more, and that is final.
    seen = reporter.waits_for("closed")
    assert {step["step"]: step["state"] for step in seen["steps"]} == {"re_examination": "done", "feedback": "done"}
    assert seen["may_rate"] is True
    assert reporter.rates(False, "仍不满意").json()["number"] == 2
    problem(reporter.rates(True), 409, "already-rated")
    history = eventually(
        lambda: (
            (entries := desk.get(f"/cases/{case['id']}/history", params={"limit": 200}).json()["items"])[-1]["action"]
            == "record_rating"
            and entries
        ),
    )
    assert [entry["who"] for entry in history if entry["action"] in ("re_examine", "record_rating")] == [None, None]
    assert desk.get(f"/cases/{case['id']}").json()["state"] == "closed"
    assert [rating["satisfied"] for rating in reporter.sees()["ratings"]] == [False, False]


def test_satisfied_is_recorded_on_the_case_and_nothing_else_happens(public, signed_in):
    desk, handler = signed_in("desk"), signed_in("handler")
    reporter = Reporter(public)
    case = reporter.case(desk)
    act(desk, case, "accept")
    act(desk, case, "assign", handler_id=my_id(handler))
    to_the_result(handler, case)
    reporter.waits_for("handled")
    # For an anonymous reporter the law sets no day for telling the result.
    feedback = eventually(lambda: (step := reporter.step("feedback"))["state"] == "done" and step)
    assert feedback["due_at"] is None
    assert reporter.rates(True).json()["satisfied"] is True

    rated = eventually(lambda: (one := desk.get(f"/cases/{case['id']}").json())["satisfied"] is not None and one)
    assert (rated["state"], rated["satisfied"]) == ("feedback", True)


def test_a_suggestion_has_the_same_inbox_with_the_desk(public, signed_in):
    desk = signed_in("desk")
    reporter = Reporter(public, kind="suggestion", category="service.convenience")
    asked = reporter.writes("何时答复？")
    items = desk.get("/report-inbox", params={"limit": 200}).json()["items"]
    ids = [item["suggestion_id"] for item in items if item["kind"] == "suggestion"]
    mine = next(i for i in ids if desk.get(f"/suggestions/{i}").json()["title"] == reporter.title)
    path = f"/suggestions/{mine}/messages"

    answer = desk.post(path, json={"text": "本周内。"})
    assert answer.status_code == 201
    assert [m["text"] for m in desk.get(path).json()["items"]] == ["何时答复？", "本周内。"]
    assert desk.put(f"{path}/read", json={"up_to": asked["id"]}).json() == {"unread": 0}
    assert reporter.sees()["unread"] == 1
    assert reporter.has_read(answer.json()) == 0
    assert reporter.sees()["steps"] == []
    for username in ("handler", "supervisor", "leader"):
        problem(signed_in(username).get(path), 403)
        problem(signed_in(username).put(f"{path}/read", json={"up_to": asked["id"]}), 403)


@pytest.mark.parametrize(
    "username", ["supervisor", "leader", "custodian", "admin", "auditor", "editor", "reviewer1", "trainer", "member1"]
)
def test_no_other_role_finds_or_marks_what_waits(public, signed_in, username):
    client = signed_in(username)
    problem(client.get("/report-inbox"), 403)
    problem(client.put("/cases/some-case/report/messages/read", json={"up_to": "m"}), 403)


def test_a_handler_has_no_part_in_the_inbox_of_another_case(public, signed_in):
    desk, handler = signed_in("desk"), signed_in("handler")
    reporter = Reporter(public)
    case = reporter.case(desk)
    written = reporter.writes("补充")

    assert waiting(handler, case) == 0
    problem(handler.put(f"/cases/{case['id']}/report/messages/read", json={"up_to": written["id"]}), 404)
    assert waiting(desk, case) == 1


def test_without_an_account_or_a_receipt_nothing_is_marked(public, signed_in):
    problem(public.get("/report-inbox"), 401)
    problem(public.put("/reports/current/messages/read", json={"up_to": "m"}), 401)
    reporter = Reporter(public)
    problem(reporter.ask("PUT", "/messages/read", json={"up_to": "no-such-message"}), 404)
    problem(reporter.ask("PUT", "/messages/read", json={}), 422, "invalid")


def test_leaders_and_the_supervision_group_do_not_learn_whether_a_report_was_signed(public, signed_in):
    desk = signed_in("desk")
    signed, unsigned = (Reporter(public, reporter=who).case(desk) for who in (NAMED, {"mode": "anonymous"}))
    for username in ("supervisor", "leader"):
        client = signed_in(username)
        shown = [client.get(f"/cases/{case['id']}").json() for case in (signed, unsigned)]
        assert [clock["rule"] for clock in shown[0]["clocks"]] == [clock["rule"] for clock in shown[1]["clocks"]]
    assert len(desk.get(f"/cases/{signed['id']}").json()["clocks"]) == len(shown[0]["clocks"]) + 1
