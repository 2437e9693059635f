"""A suggestion through HTTP on the whole system: its own form, an answer on what was read, what its maker reads."""

from __future__ import annotations

import secrets

import pytest

from tests.e2e.cases import problem

pytestmark = pytest.mark.system

ANSWER = {"decision": "partly_adopted", "because": "中午先开两个窗口，人手到位后再增加。"}


@pytest.fixture(scope="module")
def public(signed_in):
    return signed_in()


@pytest.fixture
def suggestion(public, signed_in):
    """A fresh suggestion: its receipt, and its id as the desk finds it."""
    title = f"中午开窗口 {secrets.token_hex(4)}"
    form = public.get("/report-form", params={"kind": "suggestion"}).json()
    said = {
        "kind": "suggestion",
        "form_version": form["version"],
        "category": form["categories"][0]["code"],
        "title": title,
        "narrative": "上班族只有中午有空。",
        "subjects": [{"unit": "政务服务中心"}],
    }
    submitted = public.post("/reports", json=said)
    assert submitted.status_code == 201, submitted.text
    desk = signed_in("desk")
    listed = desk.get("/suggestions", params={"state": "received", "limit": 200}).json()["items"]
    # Those of one hour come in no order.
    found = next(item["id"] for item in listed if desk.get(f"/suggestions/{item['id']}").json()["title"] == title)
    return submitted.json()["receipt"], found


def seen(public, receipt, language="zh-CN"):
    headers = {"Authorization": f"Receipt {receipt}", "Accept-Language": language}
    return public.get("/reports/current", headers=headers).json()


def test_the_forms_of_both_kinds_are_told_each_in_the_language_asked_for(public):
    asked = [("report", "zh-CN"), ("report", "en"), ("suggestion", "zh-CN"), ("suggestion", "en")]

    told = {
        (kind, language): public.get(
            "/report-form", params={"kind": kind}, headers={"Accept-Language": language}
        ).json()
        for kind, language in asked
    }

    assert all(form["kind"] == kind for (kind, _), form in told.items())
    assert len({form["fields"][3]["label"] for form in told.values()}) == len(asked)
    assert len(told["suggestion", "en"]["fields"]) < len(told["report", "en"]["fields"]) / 2
    assert public.get("/report-form").json()["kind"] == "report"


def test_an_earlier_version_of_the_form_can_be_shown_and_an_unknown_one_is_told(public):
    earlier = public.get("/report-form", params={"version": "2026-01"})

    assert earlier.json()["version"] == "2026-01"
    for parameters in ({"version": "1999-01"}, {"kind": "praise"}):
        told = problem(public.get("/report-form", params=parameters), 422, "invalid")
        assert [error["field"] for error in told["errors"]] == list(parameters)


def test_an_answer_builds_on_what_was_read(suggestion, public, signed_in):
    receipt, suggestion_id = suggestion
    desk = signed_in("desk")
    tag = desk.get(f"/suggestions/{suggestion_id}").headers["ETag"]
    due = seen(public, receipt)["due_at"]
    assert due == desk.get(f"/suggestions/{suggestion_id}").json()["due_at"]

    path = f"/suggestions/{suggestion_id}/answer"
    problem(desk.post(path, json=ANSWER, headers={"If-Match": '"999"'}), 412, "stale")
    assert seen(public, receipt)["state"] == "received"
    answered = desk.post(path, json=ANSWER, headers={"If-Match": tag})

    assert answered.status_code == 200, answered.text
    assert answered.headers["ETag"] != tag
    assert desk.post(path, json=ANSWER, headers={"If-Match": tag}).json()["version"] == answered.json()["version"]
    problem(desk.post(path, json=ANSWER | {"decision": "adopted"}), 409, "already-answered")
    mine = seen(public, receipt)
    assert (mine["state"], mine["due_at"], mine["answer"]["because"]) == ("partly_adopted", None, ANSWER["because"])
    assert mine["history"][-1]["text"] == "您的建议已部分采纳，答复见下。"
    assert seen(public, receipt, "en")["history"][0]["text"].startswith("Received. It is being studied")


def test_what_is_in_time_is_not_overdue_and_the_filter_takes_true_or_false(suggestion, signed_in):
    desk = signed_in("desk")

    overdue = desk.get("/suggestions", params={"overdue": "true", "limit": 200})

    assert suggestion[1] not in [item["id"] for item in overdue.json()["items"]]
    assert desk.get("/suggestions", params={"overdue": "false"}).status_code == 200
    problem(desk.get("/suggestions", params={"overdue": "perhaps"}), 422, "invalid")


@pytest.mark.parametrize("username", ["handler", "leader", "supervisor", "custodian", "admin", "auditor", "member1"])
def test_nobody_but_the_desk_answers_suggestions(suggestion, signed_in, username):
    client = signed_in(username)

    problem(client.get("/suggestions", params={"overdue": "true"}), 403)
    problem(client.get(f"/suggestions/{suggestion[1]}"), 403)
    problem(client.post(f"/suggestions/{suggestion[1]}/answer", json=ANSWER), 403)


def test_without_an_account_nobody_reads_suggestions(suggestion, public):
    problem(public.get(f"/suggestions/{suggestion[1]}"), 401)
