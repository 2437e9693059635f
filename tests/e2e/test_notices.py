"""Notices to staff on the whole system: in the inbox and by mail, without a word of what a case is about, and never to
somebody who may not know of it.
"""

from __future__ import annotations

import secrets
from types import SimpleNamespace

import pytest

from contracts.roles import ALL_ROLES
from tests.e2e.cases import act, problem
from tests.e2e.reporting import Reporter
from tests.support.waiting import eventually

pytestmark = pytest.mark.system

EAST, WEST = "东湖区司法局", "西岭区司法局"
SECRET = "绝密内容一二三"
AT_ONCE = {"mail": "at_once", "quiet": None, "quiet_days_off": False}
TOLD = {"handler", "desk", "leader", "supervisor", "custodian"}


@pytest.fixture(scope="module")
def staff(system, signed_in):
    """A desk and a handler in the west and a desk in the east, each with an address and mail at once."""
    admin = signed_in("admin")
    units = {unit["name"]: unit["id"] for unit in admin.get("/units", params={"limit": 200}).json()["items"]}
    people = {}
    for name, role, unit in (("desk", "desk", WEST), ("handler", "handler", WEST), ("inside", "desk", EAST)):
        username = f"notices.{name}.{secrets.token_hex(3)}"
        address = f"{username}@justice.example"
        body = {"username": username, "name": name, "unit_id": units[unit], "roles": [role], "email": address}
        person = admin.post("/people", json=body).json()
        codes = admin.post("/activation-codes", json={"person_ids": [person["id"]]}).json()["items"]
        activation = {"username": username, "code": codes[0]["code"], "password": system.password}
        assert signed_in().post("/activations", json=activation).status_code < 300
        client = system.client(username)
        assert client.put("/me/notice-settings", json=AT_ONCE).status_code == 200
        people[name] = SimpleNamespace(id=person["id"], address=address, client=client)
    yield SimpleNamespace(**people)
    for one in people.values():
        one.client.close()


@pytest.fixture
def reported(signed_in, staff):
    """A report about the bureau in the east, assigned to the handler in the west: the reporter, and the case."""
    desk = staff.desk.client

    def newest():
        return desk.get("/cases", params={"limit": 50}).json()["items"]

    there = {case["id"] for case in newest()}
    reporter = Reporter(signed_in(), narrative=SECRET, subjects=[{"name": "", "unit": EAST, "position": ""}])
    (case,) = eventually(lambda: [case for case in newest() if case["id"] not in there])
    act(desk, case, "accept", allegations=[SECRET])
    # The directory hears of new people by events.
    eventually(lambda: desk.post(f"/cases/{case['id']}/actions", json=assignment(staff)).status_code == 200)
    return SimpleNamespace(reporter=reporter, **case)


def assignment(staff):
    return {"action": "assign", "handler_id": staff.handler.id, "reason": SECRET}


def inbox(person, case):
    """The person's notices about this case, newest first."""
    items = person.client.get("/me/notices").json()["items"]
    return [notice for notice in items if notice["case_id"] == case.id]


def kinds(person, case):
    return [notice["kind"] for notice in inbox(person, case)]


def mails(system, person, case):
    got = [mail.message for mail in list(system.mail.mails) if mail.recipients == [person.address]]
    return [message for message in got if case.number in message.get_content()]


def test_an_assignment_reaches_inbox_and_mailbox_of_the_handler_without_any_content(system, staff, reported):
    (notice,) = eventually(lambda: inbox(staff.handler, reported))
    assert set(notice) == {"id", "kind", "case_id", "number", "at", "read", "text"}
    assert notice["text"] == f"线索 {reported.number} 已交办给您。"
    (mail,) = eventually(lambda: mails(system, staff.handler, reported))
    assert "交办 Assigned to you" in mail.get_content()
    assert "https://mingjing.justice.example/console" in mail.get_content()
    said = str(staff.handler.client.get("/me/notices").json()) + mail.as_string() + mail.get_content()
    for content in (SECRET, EAST, reported.category, reported.reporter.title):
        assert content not in said
    english = staff.handler.client.get("/me/notices", headers={"Accept-Language": "en"}).json()["items"]
    assert f"Case {reported.number} was assigned to you." in [one["text"] for one in english]


def test_nobody_of_the_unit_concerned_is_told_what_the_others_of_the_role_are(system, staff, reported):
    act(staff.handler.client, {"id": reported.id}, "return", reason=SECRET)
    eventually(lambda: kinds(staff.desk, reported) == ["returned"])
    eventually(lambda: mails(system, staff.desk, reported))
    assert inbox(staff.inside, reported) == []
    assert mails(system, staff.inside, reported) == []


def test_a_message_from_the_reporter_is_told_and_can_be_read(staff, reported):
    eventually(lambda: kinds(staff.handler, reported) == ["assigned"])
    reported.reporter.writes(SECRET)
    # Of a reporter's message no more than the hour is kept, so it is listed before or after what was in the same hour.
    eventually(lambda: sorted(kinds(staff.handler, reported)) == ["assigned", "message"])
    unread = staff.handler.client.get("/me/notices/count").json()["unread"]
    newest = staff.handler.client.get("/me/notices").json()["items"][0]
    answer = staff.handler.client.post("/me/notices/read", json={"ids": [newest["id"]]})
    assert answer.json() == {"unread": unread - 1}
    listed = staff.handler.client.get("/me/notices", params={"unread": "true"}).json()["items"]
    assert newest["id"] not in [notice["id"] for notice in listed]
    last = staff.handler.client.post("/me/notices/read", json={"up_to": newest["id"]})
    assert last.json() == {"unread": 0}


def test_nobody_reads_or_marks_what_is_somebody_elses(staff, reported):
    (notice, *_) = eventually(lambda: inbox(staff.handler, reported))
    problem(staff.desk.client.post("/me/notices/read", json={"up_to": notice["id"]}), 404)
    staff.desk.client.post("/me/notices/read", json={"ids": [notice["id"]]})
    assert not inbox(staff.handler, reported)[0]["read"]


def test_settings_are_ones_own_and_a_stale_change_is_refused(staff):
    client = staff.inside.client
    now = client.get("/me/notice-settings")
    assert (now.json()["mail"], now.headers["ETag"]) == ("at_once", '"1"')
    wanted = {"mail": "digest", "digest_at": ["09:00", "16:30"]}
    changed = client.put("/me/notice-settings", json=wanted, headers={"If-Match": '"1"'})
    assert changed.json()["quiet"] == {"from": "20:00", "until": "07:30"}
    problem(client.put("/me/notice-settings", json=wanted, headers={"If-Match": '"1"'}), 412)
    refused = problem(client.put("/me/notice-settings", json={"mail": "digest", "digest_at": ["22:00"]}), 422)
    assert refused["errors"][0]["field"] == "digest_at"
    assert "22:00" in refused["errors"][0]["message"]
    problem(client.put("/me/notice-settings", json={"mail": "digest", "digest_at": ["8 Uhr"]}), 422)
    problem(client.post("/me/notices/read", json={}), 422)


@pytest.mark.parametrize("username", ["desk", "handler", "leader", "supervisor", "custodian"])
def test_whoever_works_with_cases_has_an_inbox(signed_in, username):
    client = signed_in(username)
    assert client.get("/me/notices").status_code == 200
    assert client.get("/me/notices/count").status_code == 200
    assert client.get("/me/notice-settings").status_code == 200


@pytest.mark.parametrize("username", ["admin", "auditor", "editor", "reviewer1", "trainer", "member1"])
def test_other_roles_have_none(signed_in, username):
    client = signed_in(username)
    for method, path, body in (
        ("GET", "/me/notices", None),
        ("GET", "/me/notices/count", None),
        ("POST", "/me/notices/read", {"ids": ["x"]}),
        ("GET", "/me/notice-settings", None),
        ("PUT", "/me/notice-settings", {"mail": "off"}),
    ):
        problem(client.request(method, path, json=body), 403)
    assert client.put("/me/email", json={"email": None}).status_code == 200
    problem(signed_in().get("/me/notices"), 401)
    problem(signed_in().put("/me/email", json={"email": None}), 401)


def test_the_roles_with_and_without_an_inbox_are_all_there_are():
    without = {"admin", "auditor", "editor", "reviewer", "trainer", "member"}
    assert without | TOLD == ALL_ROLES


def test_no_log_holds_an_address(system, staff, reported):
    eventually(lambda: mails(system, staff.handler, reported))
    for part in system.parts.values():
        assert "@justice.example" not in part.log()
