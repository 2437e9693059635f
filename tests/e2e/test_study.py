"""The study record through HTTP on the whole system: who may do what, and what comes of it."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.access_table import Route
from tests.e2e.cases import my_id, problem
from tests.e2e.study_access_table import COLUMNS, ROUTES
from tests.support.waiting import eventually

pytestmark = pytest.mark.system

ACCOUNTS = {
    "no": None, "own": "member3", "mem": "member20", "tra": "trainer", "lea": "leader", "dsk": "desk", "han": "handler",
    "sup": "supervisor", "edi": "editor", "rev": "reviewer1", "cus": "custodian", "adm": "admin", "aud": "auditor",
}  # fmt: skip
TODAY = datetime.now(UTC).date().isoformat()
PERIOD = {"from": TODAY, "to": TODAY}
NOTHING = "nothing-at-all"


def a_session(trainer: Any, unit_id: str, **fields: Any) -> dict[str, Any]:
    began = datetime.now(UTC) - timedelta(minutes=10)
    body = {
        "title": f"集中学习{secrets.token_hex(3)}",
        "unit_id": unit_id,
        "starts_at": began.isoformat(),
        "ends_at": (began + timedelta(hours=1)).isoformat(),
        "place": "三楼会议室",
        "material": "《中国共产党纪律处分条例》",
        "speakers": [{"name": name} for name in ("张三", "李四", "王五")],
        "credits": 1.5,
        **fields,
    }
    made = trainer.post("/study-sessions", json=body)
    assert made.status_code == 201, made.text
    assert made.headers["ETag"] == '"1"'
    return dict(made.json())


def attend(trainer: Any, session: dict[str, Any], *person_ids: str) -> None:
    path = f"/study-sessions/{session['id']}/attendance"
    answer = trainer.put(path, json={"person_ids": list(person_ids)}, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module")
def scene(signed_in) -> dict[str, Any]:
    """A session of the member's unit that they attended, their certificate, a course of that unit."""
    trainer, own = signed_in("trainer"), signed_in(ACCOUNTS["own"])
    unit_id, person_id = own.get("/me").json()["unit"]["id"], my_id(own)
    assert signed_in(ACCOUNTS["mem"]).get("/me").json()["unit"]["id"] != unit_id
    session = a_session(trainer, unit_id)
    attend(trainer, session, person_id)
    body = {"kind": "session", "ref": session["id"]}
    certificate = trainer.post(f"/study-records/{person_id}/certificates", json=body)
    assert certificate.status_code == 201, certificate.text
    course = trainer.post("/courses", json={"title": "廉洁从业", "required": True, "units": [unit_id]}).json()
    return {
        "session": session["id"], "own": person_id, "certificate": certificate.json()["code"], "nothing": NOTHING,
        "year": "2026", "unit": unit_id, "course": course["id"],
    }  # fmt: skip


def ask(client: Any, route: Route, scene: dict[str, Any]) -> Any:
    path = f"{route.above}{route.below}".format_map(scene)
    fields: dict[str, Any] = {}
    if route.method == "GET" and route.above in ("/study-weeks", "/study-coverage"):
        fields["params"] = {**PERIOD, **({"figure": "covered"} if route.below == "/people" else {})}
    if route.method == "GET" and route.above == "/exports":
        fields["params"] = {"unit_id": scene["unit"]}
    if route.below.endswith("/imports"):
        fields["files"] = {"file": ("名单.csv", "用户名\nmember3\n".encode())}
    elif route.method in ("POST", "PUT", "PATCH"):
        fields["json"] = bodies(scene)[route.action if route.below else f"POST {route.above}"]
    if route.method in ("PUT", "PATCH"):
        fields["headers"] = {"If-Match": "*"}
    return client.request(route.method, path, **fields)


def bodies(scene: dict[str, Any]) -> dict[str, Any]:
    began = datetime.now(UTC)
    return {
        "POST /study-sessions": {
            "title": "集中学习", "unit_id": scene["unit"], "starts_at": began.isoformat(), "place": "会议室",
            "ends_at": (began + timedelta(hours=1)).isoformat(), "material": "材料",
        },
        "POST /check-ins": {"code": "MJQ1.x.1.X"},
        "PATCH /{session}": {"place": "一楼会议室"},
        "PUT /{session}/attendance": {"person_ids": [scene["own"]]},
        "POST /courses": {"title": "选修课", "required": False},
        "POST /{own}/certificates": {"kind": "session", "ref": scene["session"]},
        "POST /{own}/waivers": {"kind": "course", "ref": scene["course"], "reason": "产假"},
    }  # fmt: skip


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_everybody_gets_what_the_table_says(signed_in, scene, route) -> None:
    got = {name: ask(signed_in(ACCOUNTS[name]), route, scene) for name in COLUMNS}
    assert {name: answer.status_code for name, answer in got.items()} == route.statuses
    for name, answer in got.items():
        if answer.status_code == 404 and name != "tra":
            # Not yours to know of: in the same words as what does not exist.
            nothing = dict.fromkeys(scene, NOTHING) | {"year": "2026"}
            if route.method == "GET":
                unknown = ask(signed_in(ACCOUNTS[name]), route, nothing)
                assert said(unknown) == said(answer), name


def said(answer: Any) -> dict[str, Any]:
    return {name: value for name, value in answer.json().items() if name not in ("trace_id", "instance")}


def test_a_member_checks_in_by_the_code_that_is_shown_and_leaders_find_it_down_to_the_entry(signed_in) -> None:
    trainer, member, leader = signed_in("trainer"), signed_in("member15"), signed_in("leader")
    unit_id = member.get("/me").json()["unit"]["id"]
    before = member.get("/me/study-record").json()
    session = a_session(trainer, unit_id)
    shown = trainer.get(f"/study-sessions/{session['id']}/check-in-code").json()
    assert shown["svg"].startswith("<svg")
    assert 0 < shown["next_in_seconds"] <= 30

    answers = [member.post("/study-sessions/check-ins", json={"code": shown["code"]}).json() for _ in range(2)]

    assert [one["already"] for one in answers] == [False, True]
    record = member.get("/me/study-record").json()
    assert record["credits"] == before["credits"] + 1.5
    assert [one["credits"] for one in record["entries"] if one["ref"] == session["id"]] == [1.5]
    answer = leader.get("/study-coverage", params={**PERIOD, "by": "unit", "unit_id": unit_id}).json()
    listed = leader.get("/study-coverage/entries", params={**answer["items"][0]["filter"], "limit": 200}).json()[
        "items"
    ]
    assert answer["items"][0]["person_times"] == len(listed)
    assert (session["id"], my_id(member)) in {(one["ref"], one["person_id"]) for one in listed}
    again = problem(signed_in("member16").post("/study-sessions/check-ins", json={"code": f"{shown['code']}X"}), 409)
    assert again["title"] == "签到码无效"


def test_a_session_that_two_branches_hold_is_seen_in_both_and_no_branch_holds_it_twice(signed_in) -> None:
    trainer, own, other = (signed_in(ACCOUNTS[name]) for name in ("tra", "own", "mem"))
    first, second = (client.get("/me").json()["unit"]["id"] for client in (own, other))
    session = a_session(trainer, first, joint_unit_ids=[second])

    for client, unit_id in ((own, first), (other, second)):
        assert client.get(f"/study-sessions/{session['id']}").json()["joint_unit_ids"] == [second]
        listed = client.get("/study-sessions", params={"branch_id": unit_id, "limit": 200}).json()["items"]
        assert [one["id"] for one in listed].count(session["id"]) == 1
    changes = {"json": {"joint_unit_ids": [second, first]}, "headers": {"If-Match": "*"}}
    refused = problem(trainer.patch(f"/study-sessions/{session['id']}", **changes), 422)
    assert refused["errors"] == [{"field": "joint_unit_ids.1", "message": "该单位已是本次学习的主办或联办单位。"}]


def test_a_table_of_user_names_is_imported_and_what_was_not_taken_is_said_in_words(signed_in) -> None:
    trainer = signed_in("trainer")
    session = a_session(trainer, signed_in("member17").get("/me").json()["unit"]["id"])
    table = "姓名,用户名\n某人,member17\n某人,Member18\n某人,nobody.at.all\n".encode("gb18030")
    path = f"/study-sessions/{session['id']}/attendance"
    started = trainer.post(f"{path}/imports", files={"file": ("名单.csv", table)})
    assert started.status_code == 202, started.text

    def finished() -> Any:
        job = trainer.get(f"/imports/{started.json()['id']}").json()
        return job if job["state"] != "running" else None

    job = eventually(finished)
    assert (job["state"], job["created"], [one["message"] for one in job["rejected"]]) == (
        "done", 2, ["没有“nobody.at.all”对应的人员。"],
    )  # fmt: skip
    found = {one["person_id"]: one["source"] for one in trainer.get(path).json()["items"]}
    assert found == {my_id(signed_in("member17")): "import", my_id(signed_in("member18")): "import"}
    assert problem(signed_in("leader").get(f"/imports/{started.json()['id']}"), 404)


def test_a_certificate_is_verified_by_the_public_without_the_name(signed_in, scene) -> None:
    name = signed_in(ACCOUNTS["own"]).get("/me").json()["name"]
    shown = signed_in().get(f"/certificates/{scene['certificate'].lower().replace('-', '')}")
    assert shown.status_code == 200, shown.text
    assert (shown.json()["valid"], shown.json()["name"]) == (True, name[0] + "*" * (len(name) - 1))
    assert name not in shown.text
    assert scene["own"] not in shown.text
    file = signed_in(ACCOUNTS["own"]).get(f"/certificates/{scene['certificate']}/pdf")
    assert (file.headers["Content-Type"], file.content[:5]) == ("application/pdf", b"%PDF-")


def test_an_edit_without_its_version_is_refused_and_one_of_an_older_version_too(signed_in, scene) -> None:
    trainer = signed_in("trainer")
    path = f"/study-sessions/{scene['session']}"
    assert trainer.patch(path, json={"place": "二楼"}).status_code == 422
    assert trainer.patch(path, json={"place": "二楼"}, headers={"If-Match": '"1"'}).status_code == 412
    refused = problem(trainer.patch(path, json={"withdrawn": True}, headers={"If-Match": "*"}), 422)
    assert refused["errors"] == [{"field": "reason", "message": "此项必填。"}]


def test_records_are_handed_on_as_a_table(signed_in, scene) -> None:
    file = signed_in("leader").get("/exports/study-records", params={"unit_id": scene["unit"]})
    assert file.status_code == 200
    assert file.content[:4] == b"PK\x03\x04"
