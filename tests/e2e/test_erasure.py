"""What is over is erased, and everybody who asks is told so in plain words; a hold keeps it; on the whole system."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

import pytest
from pymongo import MongoClient

from chassis import clock
from services.reports.attachments.vault import Vault
from services.reports.handlers import erasure
from services.reports.model.attachments import Limits
from services.reports.sealing import new_receipt
from services.reports.store import ReportsStore
from tests.e2e.cases import act, problem
from tests.support.waiting import eventually

pytestmark = pytest.mark.system

LONG_AFTER = datetime(2060, 1, 1, tzinfo=UTC)
REASON = {"reason": "诉讼未结，需要保全"}


@pytest.fixture(scope="module")
def store(system):
    with MongoClient(system.mongo_uri, tz_aware=True, w="majority") as client:
        yield ReportsStore(client, system.database_prefix)


@pytest.fixture
def refused(signed_in, store):
    """A receipt and the case of its report, which was not accepted."""
    desk, title = signed_in("desk"), f"端到端 {secrets.token_hex(8)}"
    known = {one["id"] for one in newest(desk)}
    report = {
        "kind": "report",
        "category": "conduct.attitude",
        "title": title,
        "narrative": "窗口工作人员推诿。",
        "subjects": [{"name": "某工作人员", "unit": "某办事大厅"}],
    }
    answer = signed_in().post("/reports", json=report)
    assert answer.status_code == 201, answer.text
    (case,) = eventually(lambda: [one for one in newest(desk) if one["id"] not in known])
    act(desk, case, "refuse", ground="not_competent", reason="不属本机关职权")
    eventually(lambda: store.reports.of_case(case["id"])["outcome"] == "refused")
    return answer.json()["receipt"], case


def newest(desk):
    return desk.get("/cases", params={"limit": 100}).json()["items"]


def keys_destroyed(store, case):
    """Erasure of this case's report has begun."""
    report = store.reports.of_case(case["id"])
    (found,) = [due for due in erasure.due(store, LONG_AFTER) if due.report["_id"] == report["_id"]]
    assert erasure.begin(store, found, clock.now())


def erased(store, case):
    """Whether the erasure has come to its end."""
    vault = Vault(store.attachments, store.parts, Limits(1, 1, 1, {}))
    for _ in erasure.complete(store, vault, clock.now() + timedelta(minutes=2)):
        pass
    return store.reports.of_case(case["id"])["erasure"]["state"] == "erased"


def as_reporter(signed_in, receipt, language):
    headers = {"Authorization": f"Receipt {receipt}", "Accept-Language": language}
    return [
        signed_in().get("/reports/current", headers=headers),
        signed_in().get("/reports/current/messages", headers=headers),
        signed_in().get("/reports/current/attachments", headers=headers),
        signed_in().post("/reports/current/messages", json={"text": "还在吗"}, headers=headers),
        signed_in().post("/reports/current/rating", json={"satisfied": True}, headers=headers),
    ]


def test_during_and_after_erasure_the_reporter_is_told_what_when_and_why(signed_in, store, refused):
    receipt, case = refused
    keys_destroyed(store, case)
    for _ in range(2):
        for answer in as_reporter(signed_in, receipt, "zh-CN"):
            told = problem(answer, 410, "erased")
            assert told["title"] == "材料已按保存期限删除"
            today = f"{store.reports.of_case(case['id'])['erasure']['at'].astimezone(clock.BUREAU_ZONE):%Y年%m月%d日}"
            assert f"这件举报已于{today}按保存期限规定“不予受理的举报材料保存一年”删除。" in told["detail"]
            assert (told["kind"], told["rule"]) == ("report", "2026-01/report-refused")
            assert set(told) >= {"erased_at", "trace_id"}
        for answer in as_reporter(signed_in, receipt, "en"):
            told = problem(answer, 410, "erased")
            assert told["title"] == "Erased at the end of its time"
            assert "by the rule “Reports that were not accepted are kept for one year”" in told["detail"]
        assert erased(store, case)


def test_staff_are_told_too_and_the_case_is_still_counted(signed_in, store, refused):
    _, case = refused
    desk = signed_in("desk")
    keys_destroyed(store, case)
    assert erased(store, case)

    for path in ("report", "report/messages", "report/hold", "report/attachments"):
        problem(desk.get(f"/cases/{case['id']}/{path}"), 410, "erased")
    problem(desk.put(f"/cases/{case['id']}/report/hold", json=REASON), 410, "erased")
    assert case["id"] in {one["id"] for one in newest(desk)}


def test_a_receipt_that_was_never_given_is_still_unknown(signed_in):
    answer = signed_in().get("/reports/current", headers={"Authorization": f"Receipt {new_receipt()}"})

    problem(answer, 401, "bad-receipt")


def test_a_hold_is_set_read_and_lifted_by_the_desk(signed_in, store, refused):
    _, case = refused
    desk, path = signed_in("desk"), f"/cases/{case['id']}/report/hold"
    assert desk.get(path).json() == {"case_id": case["id"], "held": False, "history": []}

    held = desk.put(path, json=REASON)

    assert held.status_code == 200, held.text
    assert held.json()["held"] is True
    assert desk.put(path, json=REASON).json() == held.json()
    report = store.reports.of_case(case["id"])
    assert [due.held for due in erasure.due(store, LONG_AFTER) if due.report["_id"] == report["_id"]] == [True]
    lifted = desk.request("DELETE", path, json={"reason": "诉讼已结"})
    assert lifted.status_code == 200, lifted.text
    desk_id = desk.get("/me").json()["id"]
    assert [(one["held"], one["reason"], one["by_id"]) for one in lifted.json()["history"]] == [
        (True, REASON["reason"], desk_id),
        (False, "诉讼已结", desk_id),
    ]
    assert desk.get(path).json() == lifted.json()


def test_a_hold_needs_its_reason(signed_in, refused):
    _, case = refused
    desk, path = signed_in("desk"), f"/cases/{case['id']}/report/hold"

    for answer in (desk.put(path, json={}), desk.put(path, json={"reason": " "}), desk.delete(path)):
        told = problem(answer, 422)
        assert [error["field"] for error in told["errors"]] == ["reason"]


@pytest.mark.parametrize(
    "username", ["handler", "supervisor", "leader", "custodian", "admin", "auditor", "editor", "trainer", "member1"]
)
def test_nobody_but_the_desk_sets_or_lifts_a_hold(signed_in, refused, username):
    _, case = refused
    client, path = signed_in(username), f"/cases/{case['id']}/report/hold"

    problem(client.put(path, json=REASON), 403)
    problem(client.request("DELETE", path, json=REASON), 403)
    # A handler may read holds on their own cases; this is nobody's.
    problem(client.get(path), 404 if username == "handler" else 403)


def test_without_an_account_nothing_is_told_of_holds(signed_in, refused):
    _, case = refused
    path = f"/cases/{case['id']}/report/hold"

    for answer in (
        signed_in().get(path),
        signed_in().put(path, json=REASON),
        signed_in().request("DELETE", path, json=REASON),
    ):
        problem(answer, 401)


def test_a_case_that_is_not_there_cannot_be_held(signed_in):
    problem(signed_in("desk").put("/cases/nothing/report/hold", json=REASON), 404)
