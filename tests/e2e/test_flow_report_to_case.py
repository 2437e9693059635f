"""The first main flow, through HTTP on the whole system: a report becomes a case, and its reporter follows it."""

from __future__ import annotations

import secrets

import pytest

from services.reports.sealing import new_receipt
from tests.e2e.cases import act, problem
from tests.support.waiting import eventually

pytestmark = pytest.mark.system

NARRATIVE = "2025年5月某日，我在办事大厅看到工作人员收下一只信封。"


@pytest.fixture(scope="module")
def public(signed_in):
    """Somebody without an account."""
    return signed_in()


@pytest.fixture
def receipt(public):
    """A fresh report's receipt."""
    return submitted(public)["receipt"]


def a_report(**changes):
    return {
        "kind": "report",
        "category": "conduct.attitude",
        "title": f"端到端 {secrets.token_hex(8)}",
        "narrative": NARRATIVE,
        "subjects": [{"name": "某工作人员", "unit": "某办事大厅", "position": ""}],
        "reporter": {"mode": "anonymous"},
    } | changes


def submitted(public, report=None, **headers):
    answer = public.post("/reports", json=report or a_report(), headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


def with_receipt(receipt, **headers):
    return {"Authorization": f"Receipt {receipt}"} | headers


def seen(public, receipt, **headers):
    answer = public.get("/reports/current", headers=with_receipt(receipt, **headers))
    assert answer.status_code == 200, answer.text
    return answer.json()


def cases_titled(desk, title):
    """The cases whose report has this title: only its readers can tell."""
    newest = desk.get("/cases", params={"source": "report", "limit": 20}).json()["items"]
    reports = {case["id"]: desk.get(f"/cases/{case['id']}/report") for case in newest}
    return [
        case
        for case in newest
        if reports[case["id"]].status_code == 200 and reports[case["id"]].json()["title"] == title
    ]


def test_a_report_becomes_exactly_one_case_and_its_reporter_follows_it_to_the_end(public, signed_in):
    desk, handler = signed_in("desk"), signed_in("handler")
    handler_id = handler.get("/me").json()["id"]
    report = a_report()
    key = secrets.token_hex(16)
    receipt = submitted(public, report, **{"Idempotency-Key": key})["receipt"]
    assert submitted(public, report, **{"Idempotency-Key": key})["receipt"] == receipt

    (case,) = eventually(lambda: cases_titled(desk, report["title"]))
    assert case["category"] == report["category"]
    assert {clock["rule"] for clock in case["clocks"]} >= {"register_and_route", "tell_acceptance"}
    eventually(lambda: seen(public, receipt)["state"] == "registered")
    assert problem(handler.get(f"/cases/{case['id']}/report"), 404)

    act(desk, case, "accept", allegations=["收受财物"])
    act(desk, case, "assign", handler_id=handler_id)
    eventually(lambda: seen(public, receipt)["state"] == "in_progress")
    assert handler.get(f"/cases/{case['id']}/report").json()["narrative"] == NARRATIVE
    asked = handler.post(f"/cases/{case['id']}/report/messages", json={"text": "请问是几号窗口？"})
    assert asked.status_code == 201
    assert [message["text"] for message in seen(public, receipt)["messages"]] == ["请问是几号窗口？"]
    public.post("/reports/current/messages", json={"text": "三号窗口。"}, headers=with_receipt(receipt))
    assert handler.get(f"/cases/{case['id']}/report").json()["messages"][-1]["text"] == "三号窗口。"

    act(handler, case, "start")
    act(handler, case, "record_step", what="查看监控录像。", evidence=["录像第3号"])
    act(handler, case, "record_finding", allegation=1, outcome="unsubstantiated", reason="信封内为材料。")
    act(handler, case, "conclude")
    act(desk, case, "tell_result")
    act(desk, case, "confirm_adequate", reason="调查充分。")
    problem(public.post("/reports/current/rating", json={"satisfied": "maybe"}, headers=with_receipt(receipt)), 422)
    assert act(desk, case, "close")["state"] == "closed"
    eventually(lambda: seen(public, receipt)["state"] == "closed")
    rated = public.post(
        "/reports/current/rating", json={"satisfied": True, "reason": "谢谢"}, headers=with_receipt(receipt)
    )
    assert rated.json()["satisfied"] is True

    history = seen(public, receipt)["history"]
    assert [entry["state"] for entry in history][:2] == ["received", "registered"]
    assert history[-1]["state"] == "closed"
    assert all(entry["text"] != entry["text_code"] for entry in history)
    assert len(cases_titled(desk, report["title"])) == 1


def test_the_reporter_reads_it_in_the_language_asked_for(public, receipt):
    chinese = seen(public, receipt)["history"][0]["text"]
    english = seen(public, receipt, **{"Accept-Language": "en"})["history"][0]["text"]

    assert (chinese, english) == ("已收到，等待登记。", "Received; waiting to be registered.")


def test_a_receipt_may_be_written_as_people_write(public, receipt):
    written = receipt.lower().replace("-", " ").replace("0", "o").replace("1", "l")

    assert seen(public, written)["kind"] == "report"


def test_a_wrong_check_symbol_is_told_apart_from_an_unknown_receipt(public, receipt):
    wrong = receipt[:-1] + ("0" if receipt[-1] != "0" else "1")

    mistyped = problem(public.get("/reports/current", headers=with_receipt(wrong)), 422, "invalid")
    assert mistyped["errors"][0]["field"] == "receipt"
    one, other = (
        problem(public.get("/reports/current", headers=with_receipt(new_receipt())), 401, "bad-receipt")
        for _ in range(2)
    )
    assert one | {"trace_id": ""} == other | {"trace_id": ""}
    for path, body in (("messages", {"text": "x"}), ("rating", {"satisfied": True})):
        answer = public.post(f"/reports/current/{path}", json=body, headers=with_receipt(new_receipt()))
        problem(answer, 401, "bad-receipt")


def test_without_a_receipt_there_is_nothing_to_see(public):
    answer = public.get("/reports/current")

    problem(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Receipt")


def test_a_token_is_no_receipt_and_leaves_no_trace_in_a_report(public, signed_in):
    assert signed_in("desk").get("/reports/current").status_code == 401
    assert submitted(signed_in("member1"))["receipt"]


def test_the_same_key_with_another_body_is_refused(public):
    key = {"Idempotency-Key": secrets.token_hex(16)}
    submitted(public, a_report(), **key)

    problem(public.post("/reports", json=a_report(), headers=key), 422, "idempotency-key-reused")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"category": "nonsense"}, "category"),
        ({"occurred_on": "2999-01-01"}, "occurred_on"),
        ({"reporter": {"mode": "named", "name": "某人"}}, "reporter.phone"),
        ({"title": "控\u0000制"}, "title"),
        ({"narrative": "倒\u202e写"}, "narrative"),
        ({"narrative": "长" * 20_001}, "narrative"),
        ({"form_version": "1999-01"}, "form_version"),
        ({"subjects": [{}]}, "subjects.0"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_what_the_form_refuses_names_the_field(public, changes, field):
    body = problem(public.post("/reports", json=a_report(**changes)), 422, "invalid")

    assert [error["field"] for error in body["errors"]] == [field]


def test_a_report_of_ten_megabytes_is_too_large(public):
    problem(public.post("/reports", json=a_report(narrative="x" * 10_000_000)), 413)


def test_the_form_offers_what_a_report_may_say(public):
    form = public.get("/report-form").json()

    for category in form["categories"]:
        for code in (category["code"], *(inner["code"] for inner in category["subcategories"])):
            assert code
    assert form["limits"]["attachments"]["max_files"] == 20
    assert submitted(public, a_report(category=form["categories"][0]["code"]))["receipt"]


@pytest.mark.parametrize("username", ["leader", "supervisor", "custodian", "admin", "auditor", "member1", "editor"])
def test_no_other_role_reads_reports_or_suggestions(signed_in, username):
    client = signed_in(username)

    assert client.get("/cases/any/report").status_code in (403, 404)
    assert client.get("/suggestions").status_code == 403


def test_a_suggestion_becomes_no_case_and_gets_an_answer(public, signed_in):
    desk = signed_in("desk")
    suggestion = a_report(kind="suggestion", category="service.convenience", subjects=[])
    receipt = submitted(public, suggestion)["receipt"]

    listed = desk.get("/suggestions", params={"state": "received"}).json()["items"]
    mine = next(
        item for item in listed if desk.get(f"/suggestions/{item['id']}").json()["title"] == suggestion["title"]
    )
    answer = {"decision": "not_adopted", "because": "已有同样安排。"}
    assert desk.post(f"/suggestions/{mine['id']}/answer", json=answer).json()["state"] == "not_adopted"

    report = seen(public, receipt)
    assert (report["state"], report["answer"]["because"]) == ("not_adopted", "已有同样安排。")
    assert report["history"][-1]["text"] == "您的建议未被采纳，理由见下。"
    problem(
        desk.post(f"/suggestions/{mine['id']}/answer", json=answer | {"decision": "adopted"}), 409, "already-answered"
    )
    assert cases_titled(desk, suggestion["title"]) == []
