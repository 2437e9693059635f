"""Sampling re-review through HTTP on the whole system: who draws, reads and judges, and what becomes of the case."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.e2e.cases import act, problem
from tests.e2e.reporting import Reporter

pytestmark = pytest.mark.system

DENIED = ["desk", "handler", "custodian", "admin", "auditor", "editor", "reviewer1", "trainer", "member1"]


@pytest.fixture(scope="module")
def reporter(signed_in):
    return Reporter(signed_in())


@pytest.fixture(scope="module")
def case(signed_in, reporter):
    """A case that was closed, reviewed by the leader."""
    desk, handler = signed_in("desk"), signed_in("handler")
    case = reporter.case(desk)
    act(desk, case, "accept")
    act(desk, case, "assign", handler_id=handler.get("/me").json()["id"])
    act(handler, case, "start")
    act(handler, case, "record_step", what="查阅", evidence=["账册"])
    act(handler, case, "record_finding", allegation=1, outcome="false", reason="不实")
    act(handler, case, "conclude")
    act(handler, case, "tell_result")
    act(signed_in("leader"), case, "confirm_adequate", reason="适当")
    return act(desk, case, "close")


@pytest.fixture(scope="module")
def draw(signed_in, case):
    answer = signed_in("supervisor").post("/re-reviews", json={**today(), "percent": 100, "seed": "端到端"})
    assert answer.status_code == 201, answer.text
    return answer.json()


def today():
    day = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()
    return {"closed_from": day, "closed_to": day}


def of_the_case(client, draw, case):
    items = client.get("/re-reviews", params={"draw_id": draw["id"], "limit": 200}).json()["items"]
    return next(one for one in items if one["case"]["id"] == case["id"])


def test_a_draw_says_how_it_was_made_and_can_be_read_again(signed_in, draw, case):
    supervisor = signed_in("supervisor")
    assert (draw["percent"], draw["count"], draw["seed"]) == (100, None, "端到端")
    assert draw["drawn"] == draw["population"] >= 1
    assert supervisor.get(f"/re-review-draws/{draw['id']}").json() == draw
    assert draw["id"] in {one["id"] for one in supervisor.get("/re-review-draws").json()["items"]}
    assert {one["closed"] for one in signed_in("leader").get(f"/re-review-draws/{draw['id']}").json()["units"]} == {
        None
    }


@pytest.mark.parametrize(
    ("size", "field"),
    [({}, "percent"), ({"percent": 5, "count": 5}, "percent"), ({"percent": 101}, "percent"), ({"count": 0}, "count")],
)
def test_a_draw_has_one_size(signed_in, size, field):
    body = problem(signed_in("supervisor").post("/re-reviews", json={**today(), **size}), 422, "invalid")
    assert [error["field"] for error in body["errors"]] == [field]


def test_a_period_in_which_nothing_was_closed_is_refused_in_words(signed_in):
    long_ago = {"closed_from": "2001-01-01", "closed_to": "2001-01-31", "count": 5}
    body = problem(signed_in("supervisor").post("/re-reviews", json=long_ago), 422, "invalid")
    assert body["errors"][0]["message"] == "该期间没有销号的线索。"


@pytest.mark.parametrize("username", DENIED)
def test_re_reviews_are_for_the_supervision_group_and_leaders(signed_in, draw, case, username):
    client, re_review = signed_in(username), of_the_case(signed_in("supervisor"), draw, case)
    decision = {"decision": "adequate", "reason": "越权"}
    for answer in (
        client.get("/re-reviews"),
        client.get("/re-review-draws"),
        client.get(f"/re-review-draws/{draw['id']}"),
        client.post("/re-reviews", json={**today(), "percent": 5}),
        client.post(f"/re-reviews/{re_review['id']}/decision", json=decision),
    ):
        problem(answer, 403)


def test_a_leader_reads_and_neither_draws_nor_judges(signed_in, draw, case):
    leader = signed_in("leader")
    re_review = of_the_case(leader, draw, case)
    assert re_review["case"] == {"id": case["id"], "number": case["number"]}
    problem(leader.post("/re-reviews", json={**today(), "percent": 5}), 403)
    decision = {"decision": "adequate", "reason": "越权"}
    problem(leader.post(f"/re-reviews/{re_review['id']}/decision", json=decision), 403)


def test_nothing_is_told_without_an_account(signed_in, draw):
    for path in ("/re-reviews", "/re-review-draws", f"/re-review-draws/{draw['id']}"):
        problem(signed_in().get(path), 401)
    problem(signed_in().post("/re-reviews", json={**today(), "percent": 5}), 401)
    problem(signed_in("supervisor").get("/re-review-draws/none"), 404)
    decision = {"decision": "adequate", "reason": "?"}
    problem(signed_in("supervisor").post("/re-reviews/none/decision", json=decision), 404)


def test_what_is_judged_inadequate_is_handled_anew_once_and_its_reporter_reads_so(signed_in, draw, case, reporter):
    supervisor = signed_in("supervisor")
    re_review = of_the_case(supervisor, draw, case)
    reporter.waits_for("closed")
    decision = {"decision": "inadequate", "reason": "证据不足"}
    answer = supervisor.post(f"/re-reviews/{re_review['id']}/decision", json=decision)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"], answer.json()["reopened"]) == ("inadequate", True)
    assert reporter.waits_for("registered")["history"][-1]["text"] == "您的举报已重新办理。"
    body = problem(supervisor.post(f"/re-reviews/{re_review['id']}/decision", json=decision), 409, "wrong-state")
    assert "处理不到位" in body["detail"]
    units = supervisor.get(f"/re-review-draws/{draw['id']}").json()["units"]
    assert sum(one["inadequate"] for one in units) == 1
    line = signed_in("desk").get(f"/cases/{case['id']}/history").json()["items"][-1]
    assert (line["action"], line["to"]) == ("re_review_inadequate", "registered")
