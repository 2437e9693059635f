"""Triage through HTTP on the whole system: the worker suggests, staff confirm or correct, nobody else knows of it."""

from __future__ import annotations

import pytest

from tests.e2e.cases import problem
from tests.e2e.reporting import Reporter
from tests.support.waiting import eventually

pytestmark = pytest.mark.system

NARRATIVE = (
    "2025年12月20日，公证员潘某在老人昏迷的时候做了房子赠与公证，签名不是本人的，收了三万五千元。"
    "明天上午就要过户，请马上阻止。"
)
DECISION = {"category": "notaries.false_notarisation", "urgency": "urgent"}


@pytest.fixture(scope="module")
def public(signed_in):
    return signed_in()


@pytest.fixture(scope="module")
def desk(signed_in):
    return signed_in("desk")


@pytest.fixture(scope="module")
def case(public, desk):
    """The case of a report that the worker has analysed."""
    case = Reporter(public, narrative=NARRATIVE, category="other").case(desk)
    eventually(lambda: triage(desk, case)["state"] == "done")
    return case


def triage(client, case, **options):
    answer = client.get(f"/cases/{case['id']}/report/triage", **options)
    assert answer.status_code == 200, answer.text
    return answer.json()


def decide(client, case, **changes):
    return client.post(f"/cases/{case['id']}/report/triage/decision", json=DECISION | changes)


def test_the_desk_sees_what_is_suggested_and_corrects_it(public, desk, case):
    told = triage(desk, case)
    assert told["categories"][0]["code"] == "notaries.false_notarisation"
    assert told["urgencies"][0]["code"] == "urgent"
    assert "35000" in [entity["value"] for entity in told["entities"]]
    assert (told["category"], told["decision"]) == ("other", None)

    again = Reporter(public, narrative=f"再次反映。{NARRATIVE}", category="other").case(desk)
    similar = eventually(lambda: triage(desk, again)["similar"])
    assert case["id"] in [each["case_id"] for each in similar]

    decided = decide(desk, again, urgency="prompt", similar_confirmed=[case["id"]])
    assert decided.status_code == 200, decided.text
    assert decided.json()["agreed"] is False
    kept = triage(desk, again)["decision"]
    assert (kept["urgency"], kept["similar_confirmed"]) == ("prompt", [case["id"]])


def test_reasons_come_in_the_language_asked_for(desk, case):
    for language, urgency in (("zh-CN", "紧急"), ("en", "Urgent")):
        told = triage(desk, case, headers={"Accept-Language": language})
        assert told["urgencies"][0]["name"] == urgency
        assert told["urgencies"][0]["reasons"][0]["text"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"category": "no.such"}, "category"),
        ({"urgency": "soon"}, "urgency"),
        ({"similar_confirmed": ["nothing"]}, "similar_confirmed.0"),
        ({"similar_confirmed": ["x"] * 51}, "similar_confirmed"),
        ({"narrative": "x"}, "narrative"),
    ],
)
def test_a_decision_that_cannot_be_meant_is_refused_with_words(desk, case, changes, field):
    refused = problem(decide(desk, case, **changes), 422, "invalid")
    (error,) = refused["errors"]
    assert error["field"] == field
    assert any("\u4e00" <= character <= "\u9fff" for character in error["message"])


@pytest.mark.parametrize("username", ["trainer", "editor", "leader", "supervisor", "admin", "auditor", "member1"])
def test_other_roles_are_not_let_in(signed_in, case, username):
    client = signed_in(username)
    problem(client.get(f"/cases/{case['id']}/report/triage"), 403)
    problem(decide(client, case), 403)
    problem(client.get("/suggestions/nothing/triage"), 403)


def test_a_handler_of_another_case_knows_nothing_of_it(signed_in, case):
    handler = signed_in("handler")
    problem(handler.get(f"/cases/{case['id']}/report/triage"), 404)
    problem(decide(handler, case), 404)
    problem(handler.get("/suggestions/nothing/triage"), 403)


def test_without_an_account_nothing_is_told(public, case):
    problem(public.get(f"/cases/{case['id']}/report/triage"), 401)
    problem(decide(public, case), 401)


def test_what_there_is_not_is_not_found(desk):
    problem(desk.get("/cases/nothing/report/triage"), 404)
    problem(desk.get("/suggestions/nothing/triage"), 404)


def test_suggestions_have_their_triage(public, desk):
    said = {"kind": "suggestion", "category": "service", "narrative": "建议公证处星期六上午开门，上班族请不了假。"}
    suggestion = Reporter(public, **said)
    newest = desk.get("/suggestions", params={"limit": 20}).json()["items"]
    (found,) = [
        item["id"] for item in newest if desk.get(f"/suggestions/{item['id']}").json()["title"] == suggestion.title
    ]
    path = f"/suggestions/{found}/triage"
    told = eventually(lambda: (answer := desk.get(path).json())["state"] == "done" and answer)
    assert told["categories"][0]["code"] == "service.convenience"
    assert all(each["suggestion_id"] != found for each in told["similar"])
