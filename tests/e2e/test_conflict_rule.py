"""Whom a report is about does not see it: role by role through HTTP on the whole system, however the unit is said."""

from __future__ import annotations

import secrets
from types import SimpleNamespace

import pytest
from pymongo import MongoClient

from tests.e2e.cases import act, post, problem
from tests.support.waiting import eventually

pytestmark = pytest.mark.system

# Who looks: (roles, unit). Units of the demo bureau: the firm lies below the district bureau East.
EAST, WEST, FIRM = "东湖区司法局", "西岭区司法局", "正衡律师事务所"
STAFF = {
    "desk of east": (("desk",), EAST),
    "handler of east": (("handler",), EAST),
    "leader of east": (("leader",), EAST),
    "desk of west": (("desk",), WEST),
    "leader of west": (("leader",), WEST),
    "desk of the firm": (("desk",), FIRM),
    "handler of the firm": (("handler",), FIRM),
}
EVERYBODY = (*STAFF, "desk", "handler", "leader", "supervisor")

ABOUT = {
    "a unit by name": ({"unit": "明镜市东湖区司法局"}, {"desk of east", "leader of east", "desk of the firm"}),
    "a unit by a short name": ({"unit": "东湖司法局"}, {"desk of east", "leader of east", "desk of the firm"}),
    "a unit by alias": ({"unit": "正衡所"}, {"desk of the firm"}),
    "a unit by its head's name": ({"name": "卫东"}, {"desk of east", "leader of east", "desk of the firm"}),
    "a unit by its head's office": (
        {"position": "东湖区司法局局长"},
        {"desk of east", "leader of east", "desk of the firm"},
    ),
}
# Who may know of every case, and who also reads the report.
SEES_CASES = {"desk of east", "leader of east", "desk of west", "leader of west", "desk of the firm", "desk", "leader",
              "supervisor"}  # fmt: skip
READS_REPORTS = {name for name in SEES_CASES if name.startswith("desk")}


@pytest.fixture(scope="module")
def people(system, signed_in):
    """Clients by who they are: the demo accounts, and some in the units that reports are about."""
    admin = signed_in("admin")
    units = {unit["name"]: unit["id"] for unit in admin.get("/units", params={"limit": 200}).json()["items"]}
    clients = {name: signed_in(name) for name in EVERYBODY if name not in STAFF}
    for name, (roles, unit) in STAFF.items():
        username = f"{name.replace(' ', '.')}.{secrets.token_hex(3)}"
        body = {"username": username, "name": name, "unit_id": units[unit], "roles": [*roles, "member"]}
        person = admin.post("/people", json=body)
        assert person.status_code == 201, person.text
        codes = admin.post("/activation-codes", json={"person_ids": [person.json()["id"]]}).json()["items"]
        activation = {"username": username, "code": codes[0]["code"], "password": system.password}
        assert signed_in().post("/activations", json=activation).status_code < 300
        clients[name] = system.client(username)
    yield clients
    for name in STAFF:
        clients[name].close()


@pytest.fixture(scope="module", autouse=True)
def known(system):
    """The reports service has heard of the demo bureau and its heads."""
    with MongoClient(system.mongo_uri) as client:
        units = client[f"{system.database_prefix}reports"]["units"]
        eventually(lambda: units.find_one({"name": EAST, "heads.name": "卫东"}))
        eventually(lambda: units.find_one({"name": "明镜市司法局", "heads.name": "钱领导"}))


@pytest.fixture
def reported(signed_in):
    """``reported(subject)``: the receipt and the case of a new report about this subject."""
    supervisor = signed_in("supervisor")

    def newest():
        return supervisor.get("/cases", params={"limit": 50}).json()["items"]

    def made(subject):
        there = {case["id"] for case in newest()}
        report = {
            "kind": "report",
            "category": "conduct.attitude",
            "title": f"回避 {secrets.token_hex(8)}",
            "narrative": "窗口工作人员推诿。",
            "subjects": [subject],
        }
        answer = signed_in().post("/reports", json=report)
        assert answer.status_code == 201, answer.text
        (case,) = eventually(lambda: [case for case in newest() if case["id"] not in there])
        eventually(lambda: seen(signed_in(), answer.json()["receipt"])["state"] != "received")
        return SimpleNamespace(receipt=answer.json()["receipt"], case=case, title=report["title"])

    return made


def seen(public, receipt):
    answer = public.get("/reports/current", headers={"Authorization": f"Receipt {receipt}"})
    assert answer.status_code == 200, answer.text
    return answer.json()


def listed(client, case):
    answer = client.get("/cases", params={"limit": 50})
    return answer.status_code == 200 and case["id"] in {one["id"] for one in answer.json()["items"]}


@pytest.mark.parametrize("how", ABOUT)
def test_nobody_of_the_unit_or_below_it_sees_the_case_or_reads_the_report(people, reported, how):
    subject, hidden_from = ABOUT[how]
    report = reported(subject)

    for name, client in people.items():
        case = client.get(f"/cases/{report.case['id']}")
        content = client.get(f"/cases/{report.case['id']}/report")
        sees = name in SEES_CASES - hidden_from
        assert case.status_code == (200 if sees else 404), name
        assert listed(client, report.case) == sees, name
        if name in READS_REPORTS - hidden_from:
            assert content.json()["title"] == report.title, name
        else:
            assert content.status_code in (403, 404), name


def test_a_report_about_nobody_of_the_bureau_is_seen_as_ever(people, reported):
    report = reported({"unit": "江城公证处", "name": "卫东"})

    for name in SEES_CASES:
        assert people[name].get(f"/cases/{report.case['id']}").status_code == 200, name


@pytest.mark.parametrize(
    "subject",
    [{"unit": "市司法局", "position": "局长"}, {"name": "钱领导"}, {"unit": "明镜市", "name": "钱局长"}],
    ids=["by office", "by name", "by surname"],
)
def test_what_is_about_the_head_of_the_bureau_is_seen_by_the_supervision_group_alone(people, reported, subject):
    report = reported(subject)
    path = f"/cases/{report.case['id']}"

    for name, client in people.items():
        if name == "supervisor":
            continue
        problem(client.get(path), 404)
        assert not listed(client, report.case), name
        assert post(client, report.case, "transfer", body="省司法厅", reason="管辖").status_code == 404, name
        for method, below in (("GET", "/report"), ("GET", "/report/messages"), ("GET", "/report/attachments")):
            assert client.request(method, path + below).status_code in (403, 404), (name, below)
    supervisor = people["supervisor"].get(path).json()
    assert supervisor["allowed_actions"] == ["transfer", "exclude"]
    assert [(clock["rule"], clock["state"]) for clock in supervisor["clocks"]] == [("forward_above", "running")]
    assert people["supervisor"].get(f"{path}/report").status_code in (403, 404)


def test_the_reporter_follows_a_sealed_report_to_the_level_above(people, reported, signed_in):
    report = reported({"unit": "市司法局", "position": "党组书记、局长"})
    mine = {"Authorization": f"Receipt {report.receipt}"}
    public = signed_in()
    sent = public.post("/reports/current/messages", json={"text": "我有照片。"}, headers=mine)
    assert sent.status_code == 201, sent.text

    act(people["supervisor"], report.case, "transfer", body="省司法厅", reason="涉及本单位主要负责人")

    told = eventually(lambda: (now := seen(public, report.receipt))["state"] == "transferred" and now)
    assert [entry["text"] for entry in told["history"]][-1] == "已按规定报送上级机关，由上级机关办理。"
    assert "上级机关" in told["history"][0]["text"]
    assert [message["text"] for message in told["messages"]] == ["我有照片。"]
    english = public.get("/reports/current", headers=mine | {"Accept-Language": "en"}).json()
    assert english["history"][-1]["text"] == "Your report was handed on to the level above, which handles it."
    history = people["supervisor"].get(f"/cases/{report.case['id']}/history").json()["items"]
    assert [entry["action"] for entry in history] == ["open", "transfer"]
    assert all(entry["details"] == {} for entry in history)
