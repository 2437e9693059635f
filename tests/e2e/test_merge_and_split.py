"""Through HTTP: two reports are merged and both reporters follow; a part is split off and waited for."""

from __future__ import annotations

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
    with also_a_handler(signed_in, "member19") as client:
        yield client


def given_to(desk, case, client, action="assign", **fields):
    """Assigned, once the directory knows that the person is a handler."""
    fields |= {"handler_id": my_id(client)}
    answer = eventually(lambda: (sent := post(desk, case, action, **fields)).status_code == 200 and sent)
    return answer.json()


def answered(client, case, *allegations):
    act(client, case, "record_step", what="调取窗口录像", evidence=["录像第3号"])
    for number in allegations:
        act(client, case, "record_finding", allegation=number, outcome="unsubstantiated", reason="录像未见")
    act(client, case, "conclude")


def read(client, case):
    answer = client.get(f"/cases/{case['id']}/report")
    assert answer.status_code in (200, 404), answer.text
    return answer.json()["title"] if answer.status_code == 200 else None


def texts(reporter):
    return [entry["text"] for entry in reporter.sees()["history"]]


def test_two_reports_on_one_matter_are_handled_as_one_and_both_reporters_see_and_rate_it(public, signed_in):
    desk, handler, leader = signed_in("desk"), signed_in("handler"), signed_in("leader")
    first, second = Reporter(public), Reporter(public, reporter=NAMED)
    leading, merged = first.case(desk), second.case(desk)
    act(desk, leading, "accept")
    given_to(desk, leading, handler)
    act(handler, leading, "start")

    for client in (handler, leader):
        problem(post(client, merged, "merge", into=leading["id"], reason="?"), 404 if client is handler else 403)
    refused = problem(post(desk, merged, "merge", into=merged["id"], reason="同一事项"), 422, "invalid")
    assert [error["field"] for error in refused["errors"]] == ["into"]
    assert act(desk, merged, "merge", into=leading["id"], reason="同一事项")["merged_into"] == leading["id"]
    problem(post(desk, merged, "merge", into=leading["id"], reason="同一事项"), 409, "wrong-state")

    # The handler of the leading case reads each report at its own address, and answers each reporter.
    second.waits_for("in_progress")
    eventually(lambda: read(handler, merged) == second.title)
    assert read(handler, leading) == first.title
    written = handler.post(f"/cases/{merged['id']}/report/messages", json={"text": "请问是几号窗口？"})
    assert written.status_code == 201, written.text
    assert [message["text"] for message in second.sees()["messages"]] == ["请问是几号窗口？"]
    assert first.sees()["messages"] == []
    assert any("合并办理" in text for text in texts(second))
    assert not any("合并办理" in text for text in texts(first))

    # The result of the one is the result of both, under each receipt.
    act(handler, leading, "record_step", what="调取窗口录像", evidence=["录像第3号"])
    act(handler, leading, "record_finding", allegation=1, outcome="unsubstantiated", reason="录像未见")
    lacking = problem(post(handler, leading, "conclude"), 409, "case-cannot-close")
    assert lacking["missing"] == ["finding:2"]
    act(handler, leading, "record_finding", allegation=2, outcome="unsubstantiated", reason="录像未见")
    act(handler, leading, "conclude")
    act(handler, leading, "tell_result")
    act(leader, leading, "confirm_adequate", reason="适当")
    assert act(desk, leading, "close")["state"] == "closed"
    for reporter in (first, second):
        assert reporter.waits_for("closed")["may_rate"] is True

    # One is content; the other is not, and so the matter is examined again, for both.
    assert first.rates(True).status_code == 200
    assert second.rates(False, "没有查清").status_code == 200
    for reporter in (first, second):
        assert "复查" in reporter.waits_for("accepted")["history"][-1]["text"]
    again = desk.get(f"/cases/{leading['id']}").json()
    assert (again["state"], again["re_examination"], again["satisfied"]) == ("accepted", True, True)
    assert desk.get(f"/cases/{merged['id']}").json()["satisfied"] is False

    # Taken out again it goes its own way.
    act(desk, merged, "separate", reason="并非同一事项")
    second.waits_for("registered")
    assert second.step("acceptance")["state"] == "waiting"
    assert first.sees()["state"] == "accepted"


def test_a_part_has_its_own_handler_who_reads_the_report_and_the_whole_waits_for_it(public, signed_in, other_handler):
    desk, handler, leader = signed_in("desk"), signed_in("handler"), signed_in("leader")
    reporter = Reporter(public)
    whole = reporter.case(desk)
    act(desk, whole, "accept", allegations=["推诿", "收受礼金"])
    given_to(desk, whole, handler)
    act(handler, whole, "start")
    [told] = act(desk, whole, "split", allegation_numbers=[2], reason="另案查处")["parts"]
    part = desk.get(f"/cases/{told['id']}").json()
    assert (part["state"], part["split_from"], told["over"]) == ("accepted", whole["id"], False)

    given_to(desk, part, other_handler)
    eventually(lambda: read(other_handler, part) == reporter.title)
    problem(other_handler.get(f"/cases/{whole['id']}/report"), 404)
    problem(handler.get(f"/cases/{part['id']}/report"), 404)
    written = other_handler.post(f"/cases/{part['id']}/report/messages", json={"text": "请补充礼金的情况"})
    assert written.status_code == 201, written.text
    assert [message["text"] for message in reporter.sees()["messages"]] == ["请补充礼金的情况"]

    answered(handler, whole, 1)
    act(handler, whole, "tell_result")
    act(leader, whole, "confirm_adequate", reason="适当")
    waits = problem(post(desk, whole, "close"), 409, "case-cannot-close")
    assert waits["missing"] == [f"part:{part['number']}"]
    assert part["number"] in waits["detail"]

    act(other_handler, part, "start")
    answered(other_handler, part, 1)
    act(leader, part, "confirm_adequate", reason="适当")
    act(desk, part, "close")
    assert act(desk, whole, "close")["state"] == "closed"
    seen = reporter.waits_for("closed")
    assert [entry["state"] for entry in seen["history"]].count("closed") == 1


def test_whoever_comes_second_is_told_what_the_first_one_did(public, signed_in):
    desk = signed_in("desk")
    case = Reporter(public).case(desk)
    tag = desk.get(f"/cases/{case['id']}").headers["ETag"]
    act(desk, case, "accept")

    body = problem(post(desk, case, "refuse", {"If-Match": tag}, ground="no_substance", reason="?"), 412, "stale")
    [change] = body["changes"]
    assert (change["action"], change["by"]) == ("accept", desk.get("/me").json()["name"])
    assert "受理" in body["detail"]
    english = problem(
        post(desk, case, "refuse", {"If-Match": tag, "Accept-Language": "en"}, ground="no_substance", reason="?"), 412
    )
    assert "accept" in english["detail"]


def test_a_joint_handler_works_on_the_case_and_people_concerned_never_see_it(public, signed_in, other_handler):
    desk, handler = signed_in("desk"), signed_in("handler")
    reporter = Reporter(public)
    case = reporter.case(desk)
    act(desk, case, "accept")
    given_to(desk, case, handler)
    problem(other_handler.get(f"/cases/{case['id']}"), 404)
    given_to(desk, case, other_handler, "join", reason="跨单位")
    act(handler, case, "start")
    eventually(lambda: read(other_handler, case) == reporter.title)
    act(other_handler, case, "record_step", what="核对台账", evidence=["台账"])
    act(other_handler, case, "record_finding", allegation=1, outcome="false", reason="不实")
    problem(post(other_handler, case, "conclude"), 403, "not-allowed")

    act(desk, case, "exclude", person_ids=[my_id(other_handler)], reason="近亲属")
    problem(other_handler.get(f"/cases/{case['id']}"), 404)
    eventually(lambda: read(other_handler, case) is None)
    assert read(handler, case) == reporter.title


def test_a_handler_objects_in_time_and_the_desk_insists_once(public, signed_in):
    desk, handler = signed_in("desk"), signed_in("handler")
    case = Reporter(public).case(desk)
    act(desk, case, "accept")
    given_to(desk, case, handler)
    assert act(handler, case, "object", reason="不属于本单位职权")["state"] == "returned"
    refused = problem(post(desk, case, "assign", handler_id=my_id(handler)), 422, "invalid")
    assert [error["field"] for error in refused["errors"]] == ["handler_id"]
    assert act(desk, case, "insist", reason="属于职权范围")["handler_id"] == my_id(handler)
    problem(post(handler, case, "object", reason="再次异议"), 409, "wrong-state")
