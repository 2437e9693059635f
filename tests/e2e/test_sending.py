"""Cases that are sent to other bodies, helped by them, and given to whom they fit, through HTTP on the whole system."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.e2e.cases import act, post, problem
from tests.e2e.reporting import Reporter

pytestmark = pytest.mark.system

OTHERS = ["custodian", "admin", "auditor", "editor", "reviewer1", "trainer", "member1"]


@pytest.fixture
def reporter(signed_in):
    return Reporter(signed_in())


@pytest.fixture
def case(signed_in, reporter):
    return reporter.case(signed_in("desk"))


def today():
    return datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()


def investigating(signed_in, case):
    desk, handler = signed_in("desk"), signed_in("handler")
    act(desk, case, "accept")
    act(desk, case, "assign", handler_id=handler.get("/me").json()["id"])
    return act(handler, case, "start")


def clocks(case, rule):
    return [(clock["ref"], clock["state"]) for clock in case["clocks"] if clock["rule"] == rule]


def test_a_transfer_has_a_document_number_and_waits_for_the_body_until_it_answers(signed_in, case, reporter):
    desk = signed_in("desk")
    sent = act(desk, case, "transfer", body="police", body_name="市公安局", reason="涉嫌犯罪")
    number = sent["transfer"]["document_number"]
    assert re.fullmatch(rf"明司转〔{today()[:4]}〕\d+号", number)
    assert (sent["transfer"]["body"], sent["transfer"]["state"]) == ("police", "sent")
    assert clocks(sent, "transfer_acknowledged") == [(None, "running")]
    assert sent["allowed_actions"] == ["acknowledge_transfer", "take_back", "exclude", "reopen"]
    seen = reporter.waits_for("transferred")
    assert not re.search("市公安局|明司转", str(seen))
    problem(post(desk, case, "acknowledge_transfer", answered_on="2020-01-01", reason="收到"), 422, "invalid")
    known = act(desk, case, "acknowledge_transfer", answered_on=today(), answer_number="公收3号", reason="收到")
    assert (known["state"], known["transfer"]["state"]) == ("transferred", "acknowledged")
    assert clocks(known, "transfer_acknowledged") == [(None, "met")]
    body = problem(post(desk, case, "acknowledge_transfer", answered_on=today(), reason="又"), 409, "wrong-state")
    assert body["allowed"] == ["take_back", "exclude", "reopen"]
    details = desk.get(f"/cases/{case['id']}/history").json()["items"][-2]["details"]
    assert details == {"body": "police", "body_name": "市公安局", "document_number": number}


def test_a_case_that_the_body_gives_back_is_registered_anew_and_its_reporter_reads_so(signed_in, case, reporter):
    desk = signed_in("desk")
    act(desk, case, "transfer", body="court", reason="涉诉")
    reporter.waits_for("transferred")
    back = act(signed_in("supervisor"), case, "take_back", reason="不属其管辖")
    assert (back["state"], back["transfer"]["state"]) == ("registered", "declined")
    seen = reporter.waits_for("registered")
    assert "退回" in seen["history"][-1]["text"]
    assert "declined" in reporter.sees("en")["history"][-1]["text"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"body": "other", "reason": "管辖"}, "body_name"),
        ({"body": "police"}, "reason"),
        ({"body": "police", "reason": "管辖", "answered_on": "2026-01-01"}, "answered_on"),
    ],
)
def test_what_a_transfer_lacks_or_cannot_carry_is_named(signed_in, case, fields, field):
    body = problem(post(signed_in("desk"), case, "transfer", **fields), 422, "invalid")
    assert [error["field"] for error in body["errors"]] == [field]
    assert "Text" not in str(body)


def test_a_number_that_was_written_by_hand_is_used_once(signed_in, case):
    desk = signed_in("desk")
    written = act(
        desk, case, "transfer", body="police", reason="管辖", document_number=f"手写〔2026〕{case['number']}号"
    )
    other = Reporter(signed_in()).case(desk)
    taken = written["transfer"]["document_number"]
    body = problem(post(desk, other, "transfer", body="police", reason="管辖", document_number=taken), 422, "invalid")
    assert body["errors"] == [{"field": "document_number", "message": "该文号已经使用。"}]


def test_assistance_is_asked_for_awaited_and_answered_before_the_case_is_concluded(signed_in, case, reporter):
    handler, desk = signed_in("handler"), signed_in("desk")
    investigating(signed_in, case)
    asked = act(handler, case, "request_assistance", body="police", what="户籍信息", reason="核实身份")
    assert asked["assistance"][0]["document_number"].startswith("明司协〔")
    assert clocks(asked, "assist") == [("1", "running")]
    act(handler, case, "record_step", what="查阅", evidence=["账册"])
    act(handler, case, "record_finding", allegation=1, outcome="false", reason="不实")
    lacking = problem(post(handler, case, "conclude"), 409, "case-cannot-close")
    assert lacking["missing"] == ["assistance:1"]
    assert "第 1 号协查的回复" in lacking["detail"]
    waiting = act(desk, case, "suspend", ground="awaiting_assistance", reason="等待公安答复")
    assert (clocks(waiting, "handle"), clocks(waiting, "assist")) == ([(None, "paused")], [("1", "running")])
    act(handler, case, "record_assistance", request=1, what="查无此人", evidence=["复函"])
    act(desk, case, "resume")
    assert act(handler, case, "conclude")["state"] == "feedback"
    seen = reporter.waits_for("handled")
    assert not re.search("公安|户籍|协", str(seen["history"]))
    for username in ("supervisor", "leader"):
        read = signed_in(username).get(f"/cases/{case['id']}/history")
        assert "查无此人" not in read.text
        problem(post(signed_in(username), case, "request_assistance", body="court", what="卷宗", reason="核实"), 403)


def test_candidates_are_told_to_the_desk_and_assigning_stays_its_decision(signed_in, case):
    desk, handler = signed_in("desk"), signed_in("handler")
    act(desk, case, "accept")
    found = desk.get(f"/cases/{case['id']}/candidates").json()
    me = handler.get("/me").json()
    mine = next(one for one in found["items"] if one["person_id"] == me["id"])
    assert (found["line"], mine["unit_id"], mine["line"]) == ("bureau", me["unit"]["id"], me["line"])
    assert set(mine) == {"person_id", "unit_id", "line", "open", "overdue"}
    act(desk, case, "assign", handler_id=me["id"])
    after = desk.get(f"/cases/{case['id']}/candidates", params={"unit_id": me["unit"]["id"]}).json()
    again = next(one for one in after["items"] if one["person_id"] == me["id"])
    assert again["open"] == mine["open"] + 1
    for params in ({"line": "plumbers"}, {"colour": "red"}):
        problem(desk.get(f"/cases/{case['id']}/candidates", params=params), 422, "invalid")


def test_a_handler_who_must_keep_out_is_told_apart(signed_in, case):
    desk = signed_in("desk")
    handler_id = signed_in("handler").get("/me").json()["id"]
    act(desk, case, "accept")
    act(desk, case, "exclude", person_ids=[handler_id], reason="近亲属")
    found = desk.get(f"/cases/{case['id']}/candidates").json()
    assert {"person_concerned"} == {
        reason for one in found["excluded"] if one["person_id"] == handler_id for reason in one["reasons"]
    }
    assert handler_id not in {one["person_id"] for one in found["items"]}
    body = problem(post(desk, case, "assign", handler_id=handler_id), 422, "invalid")
    assert body["errors"][0]["field"] == "handler_id"


@pytest.mark.parametrize("username", [*OTHERS, "handler", "supervisor", "leader"])
def test_candidates_are_denied_to_everybody_but_the_desk(signed_in, case, username):
    problem(signed_in(username).get(f"/cases/{case['id']}/candidates"), 403)


def test_without_an_account_nothing_is_told(signed_in, case):
    for path in (f"/cases/{case['id']}/candidates", "/outside-bodies"):
        problem(signed_in().get(path), 401)
    problem(signed_in("desk").get("/cases/no-such-case/candidates"), 404)


def test_outside_bodies_are_for_those_who_read_cases_in_their_language(signed_in):
    for username in ("desk", "handler", "supervisor", "leader"):
        bodies = signed_in(username).get("/outside-bodies").json()["items"]
        assert bodies[1]["name"] == "公安机关"
    english = signed_in("desk").get("/outside-bodies", headers={"Accept-Language": "en"}).json()["items"]
    assert english[1]["name"] == "Police"
    for username in OTHERS:
        problem(signed_in(username).get("/outside-bodies"), 403)
