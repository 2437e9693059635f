"""A report about somebody on the desk, or of the supervision group: each side keeps the other out, on the whole system.

In lists, counts, notices, the report, the bundle and the case itself; and never so many that nobody is left.
"""

from __future__ import annotations

import httpx
import pytest

from tests.e2e.cases import act, post, problem
from tests.e2e.cases_access_people import MADE, employed
from tests.e2e.reporting import Reporter
from tests.support.waiting import eventually

pytestmark = pytest.mark.system

FILES = [{"path": "1.txt", "size": 1, "sha256": "0" * 64}]


@pytest.fixture(scope="module")
def people(system, signed_in):
    """One more of the desk, of the supervision group, of the leaders and of the handlers."""
    made = employed(system, signed_in("admin"))
    yield {name: made[name] for name in ("out", "sou", "lou", "joi")}
    for client in made.values():
        client.close()


@pytest.fixture
def case(signed_in, people):
    """A reported case, handled by two, with a message from its reporter that nobody has read."""
    desk = signed_in("desk")
    reporter = Reporter(signed_in())
    found = reporter.case(desk)
    act(desk, found, "accept")
    for action, name in (("assign", None), ("join", "joi")):
        who = signed_in("handler") if name is None else people[name]
        fields = {"handler_id": my_id(who), **({"reason": "人手不足"} if name else {})}
        eventually(lambda a=action, f=fields: post(desk, found, a, **f).status_code == 200)
    reporter.writes("补充一点")
    return found


def my_id(client: httpx.Client) -> str:
    return str(client.get("/me").json()["id"])


def listed(client: httpx.Client, path: str) -> set[str]:
    """The ids of the newest, by case."""
    items = client.get(path, params={"limit": 200}).json()["items"]
    return {item.get("case_id") or item["id"] for item in items}


def counted(client: httpx.Client) -> int:
    return int(client.get("/cases/counts").json()["total"])


@pytest.mark.parametrize(
    ("who", "by_whom"),
    [("out", "supervisor"), ("joi", "supervisor"), ("lou", "supervisor"), ("sou", "desk")],
    ids=[f"{name}: {MADE[name][0]}" for name in ("out", "joi", "lou", "sou")],
)
def test_whoever_a_case_is_about_is_kept_out_of_it_by_the_other_side(signed_in, people, case, who, by_whom):
    person, path = people[who], f"/cases/{case['id']}"
    reads_report = who in ("out", "joi")
    assert person.get(path).status_code == 200
    if reads_report:
        eventually(lambda: case["id"] in listed(person, "/report-inbox"))
    before = counted(person)

    act(signed_in(by_whom), case, "exclude", person_ids=[my_id(person)], reason="反映的是本人")

    unknown = person.get(f"/cases/{'0' * 32}").json()
    answer = problem(person.get(path), 404)
    assert {**answer, "trace_id": None} == {**unknown, "trace_id": None}
    for route in ("/history", "/what-if"):
        problem(person.get(f"{path}{route}"), 404)
    problem(post(person, case, "supervise", reason="?"), 404)
    assert case["id"] not in listed(person, "/cases")
    assert case["id"] not in listed(person, "/me/notices")
    assert counted(person) == before - 1
    if reads_report:
        problem(person.post(f"{path}/exports", json={"expected_version": 1, "files": FILES}), 404)
        # The reports service learns it from the event of the case.
        eventually(lambda: person.get(f"{path}/report").status_code == 404)
        assert case["id"] not in listed(person, "/report-inbox")

    line = signed_in("desk").get(f"{path}/history", params={"limit": 200}).json()["items"][-1]
    assert (line["action"], line["who"]["id"]) == ("exclude", my_id(signed_in(by_whom)))
    assert line["details"] == {"person_ids": [my_id(person)]}
    assert signed_in("supervisor").get(path).json()["excluded_person_ids"] == [my_id(person)]
    assert signed_in("leader").get(path).json()["excluded_person_ids"] == []


def test_nobody_of_the_supervision_group_keeps_out_another_and_nobody_else_anybody(signed_in, people, case):
    persons = [my_id(people["sou"])]
    refused = problem(post(signed_in("supervisor"), case, "exclude", person_ids=persons, reason="?"), 403)
    assert "线索管理" in refused["detail"]
    for name in ("leader", "handler", "admin", "member1"):
        problem(post(signed_in(name), case, "exclude", person_ids=persons, reason="?"), 403)
    assert people["sou"].get(f"/cases/{case['id']}").status_code == 200


@pytest.mark.parametrize(("role", "side"), [("desk", "线索管理"), ("supervisor", "指导组")])
def test_not_everybody_of_a_side_can_be_kept_out(signed_in, case, role, side):
    everybody = of_role(signed_in("admin"), role)

    def message() -> str:
        """Of the last of them; somebody may be too new for the directory of the tasks service."""
        for persons in (everybody[at : at + 50] for at in range(0, len(everybody), 50)):
            answer = post(signed_in("desk"), case, "exclude", person_ids=persons, reason="?")
        [error] = problem(answer, 422)["errors"]
        assert error["field"] == "person_ids"
        return str(error["message"])

    eventually(lambda: side in message())
    assert signed_in(role).get(f"/cases/{case['id']}").status_code == 200


def of_role(admin: httpx.Client, role: str) -> list[str]:
    """The ids of everybody with this role; who can sign in with a demo account comes last."""
    people, cursor = [], None
    while True:
        page = admin.get("/people", params={"limit": 200, **({"cursor": cursor} if cursor else {})}).json()
        people += [one for one in page["items"] if role in one["roles"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return [one["id"] for one in sorted(people, key=lambda one: one["username"] == role)]
