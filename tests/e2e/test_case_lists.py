"""Lists and counts of cases through HTTP on the whole system, and who is denied."""

from __future__ import annotations

import secrets

import pytest

from tests.e2e.cases import problem
from tests.support.waiting import eventually

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def numbers(signed_in):
    """The numbers of two new cases, the older first."""
    desk = signed_in("desk")
    known = {one["number"] for one in desk.get("/cases").json()["items"]}
    for _ in range(2):
        report = {
            "kind": "report",
            "category": "conduct.attitude",
            "title": f"清单 {secrets.token_hex(8)}",
            "narrative": "久拖不决。",
            "subjects": [{"name": "某工作人员", "unit": "某办事大厅", "position": ""}],
            "reporter": {"mode": "anonymous"},
        }
        assert signed_in().post("/reports", json=report).status_code == 201

    def new():
        found = {one["number"] for one in desk.get("/cases").json()["items"]} - known
        return sorted(found) if len(found) == 2 else None

    return eventually(new)


def listed(client, **query):
    answer = client.get("/cases", params=query)
    assert answer.status_code == 200, answer.text
    return [case["number"] for case in answer.json()["items"]]


def test_filters_go_together_and_lists_come_in_the_order_asked_for(signed_in, numbers):
    desk = signed_in("desk")
    assert listed(desk, number=numbers[0]) == [numbers[0]]
    assert [one for one in listed(desk, number=numbers[0][:7]) if one in numbers] == [numbers[1], numbers[0]]
    assert [one for one in listed(desk, sort="number", limit=200) if one in numbers] == [numbers[1], numbers[0]]
    several = {"state": ["registered", "accepted"], "source": "report", "sort": "newest"}
    assert set(numbers) <= set(listed(desk, **several))
    assert not set(numbers) & set(listed(desk, state="closed"))
    assert not set(numbers) & set(listed(desk, opened_to="2026-01-01T00:00:00+08:00"))


def test_an_order_that_does_not_go_with_the_filters_is_refused_in_the_readers_language(signed_in):
    desk = signed_in("desk")
    body = problem(desk.get("/cases", params={"overdue": "true", "sort": "newest"}), 422, "invalid")
    assert body["errors"] == [{"field": "sort", "message": "超期线索按到期先后排列：sort=due。"}]
    english = {"Accept-Language": "en"}
    body = problem(desk.get("/cases", params={"number": "2026-", "sort": "due"}, headers=english), 422, "invalid")
    assert body["errors"][0]["message"].startswith("Cases found by number")
    for wrong in ({"number": "x"}, {"state": "lost"}, {"sort": "by mood"}, {"number": "2026-", "overdue": "true"}):
        problem(desk.get("/cases", params=wrong), 422, "invalid")


def test_counts_are_told_to_those_who_may_list_cases(signed_in, numbers):
    for username in ("desk", "leader", "supervisor", "handler"):
        for by in ("state", "category", "unit", "handler", "source", "overdue"):
            answer = signed_in(username).get("/cases/counts", params={"by": by})
            assert answer.status_code == 200, answer.text
            body = answer.json()
            assert body["by"] == by
            assert sum(one["count"] for one in body["counts"]) >= body["total"]
    registered = {"state": "registered", "number": numbers[0]}
    body = signed_in("desk").get("/cases/counts", params=registered).json()
    assert (body["total"], body["counts"]) == (1, [{"key": "registered", "count": 1}])


def test_nobody_else_gets_lists_or_counts(signed_in):
    for path in ("/cases", "/cases/counts"):
        problem(signed_in().get(path), 401)
        for username in ("member1", "editor", "trainer", "admin", "custodian", "auditor", "reviewer1"):
            problem(signed_in(username).get(path), 403)
