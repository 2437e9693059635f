"""Evidence on the whole system: taken over a broken line, sealed, opened on record, seen to be changed when it was."""

from __future__ import annotations

import base64
import hashlib
import secrets

import pytest
from pymongo import MongoClient

from tests.e2e.cases import act, post, problem
from tests.e2e.reporting import Reporter
from tests.e2e.test_reports_access import ABOUT, MADE, employed
from tests.support.attachments.filler import a_sound, a_text
from tests.support.waiting import eventually

pytestmark = pytest.mark.system

TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {**TUS, "Content-Type": "application/offset+octet-stream"}
RECORDING = a_sound(5 * 1024 * 1024 + 77)
ITEM = {
    "kind": "audiovisual",
    "title": "谈话录音",
    "source": "窗口录音设备",
    "how": "依法调取，出具清单",
    "obtained_on": "2026-03-01",
    "obtained_by": "承办人某某",
    "place": "政务大厅",
}


@pytest.fixture(scope="module")
def desk(signed_in):
    return signed_in("desk")


@pytest.fixture(scope="module")
def handler(signed_in):
    return signed_in("handler")


def being_investigated(desk, handler, case):
    """The path of the case's evidence, once its handler may write there."""
    act(desk, case, "accept")
    act(desk, case, "assign", handler_id=handler.get("/me").json()["id"])
    act(handler, case, "start")
    path = f"/cases/{case['id']}/evidence"
    eventually(lambda: handler.get(path).status_code == 200)
    return path


@pytest.fixture(scope="module")
def reported(signed_in, desk, handler):
    return being_investigated(desk, handler, Reporter(signed_in(), subjects=ABOUT).case(desk))


@pytest.fixture(scope="module")
def unreported(desk, handler):
    clue = {
        "category": "conduct.attitude",
        "allegations": ["窗口推诿"],
        "excluded_unit_ids": [],
        "origin": "patrol",
        "reason": f"巡察移交 {secrets.token_hex(4)}",
    }
    opened = desk.post("/cases", json=clue)
    assert opened.status_code == 201, opened.text
    return being_investigated(desk, handler, opened.json())


@pytest.fixture(params=["reported", "unreported"])
def path(request):
    """Where the evidence of a case is; somebody reported it, or nobody did."""
    return request.getfixturevalue(request.param)


def told(answer, status=200):
    assert answer.status_code == status, answer.text
    return answer.json()


def added(handler, path, **changes):
    """The path of a new item."""
    return f"{path}/{told(handler.post(path, json=ITEM | changes), 201)['item']}"


def with_acts(reader, item, *names):
    """The item once its custody has come to these acts."""

    def look():
        seen = told(reader.get(item))
        return seen if [link["act"] for link in seen["custody"]] == [*names] else None

    return eventually(look)


def test_a_recording_comes_over_a_broken_line_and_custody_tells_who_opened_it(handler, desk, path):
    item = added(handler, path)
    name = base64.b64encode("谈话录音.mp3".encode()).decode()
    announced = {**TUS, "Upload-Length": str(len(RECORDING)), "Upload-Metadata": f"filename {name}"}
    created = handler.post(f"{item}/uploads", headers=announced)
    assert created.status_code == 201, created.text
    upload = created.headers["Location"].removeprefix("/api/v1")
    half = len(RECORDING) // 2
    sent = handler.patch(upload, content=RECORDING[:half], headers={**BYTES, "Upload-Offset": "0"})
    assert sent.status_code == 204, sent.text
    stands = int(handler.head(upload, headers=TUS).headers["Upload-Offset"])
    assert stands == half
    problem(handler.patch(upload, content=b"?", headers={**BYTES, "Upload-Offset": "7"}), 409, "upload-conflict")
    rest = handler.patch(upload, content=RECORDING[half:], headers={**BYTES, "Upload-Offset": str(stands)})
    assert rest.status_code == 204, rest.text

    seen = with_acts(handler, item, "recorded", "file_attached")
    assert seen["file"]["sha256"] == hashlib.sha256(RECORDING).hexdigest()
    assert (seen["file"]["file_name"], seen["file"]["size"], seen["intact"]) == ("谈话录音.mp3", len(RECORDING), True)

    fetched = desk.get(f"{item}/file", params={"copy": "original", "purpose": "核对"})
    assert fetched.content == RECORDING
    seen = with_acts(handler, item, "recorded", "file_attached", "file_opened")
    opening = seen["custody"][-1]
    assert (opening["by"]["id"], opening["copy"]) == (desk.get("/me").json()["id"], "original")
    assert (seen["head"], seen["broken_at"], seen["intact"]) == (opening["hash"], None, True)


def test_what_was_said_is_read_again_in_words_by_those_of_the_file(handler, desk, path):
    item = added(handler, path, obtained_on=None, obtained_at="2026-03-01T09:00:00+08:00", sha256="a" * 64)
    gone = {
        "act": "handed_over",
        "to": "市档案馆",
        "why": "移交保管",
        "where": "库房",
        "at": "2026-03-02T09:00:00+08:00",
    }
    link = told(desk.post(f"{item}/custody", json=gone), 201)
    assert (link["number"], link["act_text"], link["to"], link["at"]) == (
        2, "移交", "市档案馆", "2026-03-02T01:00:00.000Z",
    )  # fmt: skip

    seen = told(handler.get(item))
    expected = {**ITEM, "obtained_on": None, "obtained_at": "2026-03-01T01:00:00.000Z", "sha256": "a" * 64}
    assert {name: seen[name] for name in expected} == expected
    assert (seen["kind_text"], seen["links"], seen["custody"][1]["why"]) == ("照片、视听资料", 2, "移交保管")
    english = told(handler.get(item, headers={"Accept-Language": "en"}))
    assert (english["kind_text"], english["custody"][1]["act_text"]) == ("photograph, recording", "handed over")
    listed = told(desk.get(path, params={"limit": 200}))["items"]
    assert listed[-1] == {name: value for name, value in seen.items() if name != "custody"}


def test_struck_out_evidence_stays_and_takes_no_file(handler, desk, path):
    item = added(handler, path)
    problem(desk.post(f"{item}/withdraw", json={"reason": "重复"}), 403)
    link = told(handler.post(f"{item}/withdraw", json={"reason": "重复登记"}))
    assert (link["act"], link["why"]) == ("withdrawn", "重复登记")
    assert told(desk.get(item))["state"] == "withdrawn"
    refused = problem(handler.post(f"{item}/withdraw", json={"reason": "再次"}), 409, "evidence-withdrawn")
    assert "撤销" in refused["detail"]
    problem(handler.post(f"{item}/file", files={"file": ("a.txt", a_text(10))}), 409, "evidence-withdrawn")


def test_the_same_request_again_records_and_sends_once(handler, path):
    again = {"Idempotency-Key": secrets.token_hex(8)}
    first, second = (told(handler.post(path, json=ITEM, headers=again), 201) for _ in range(2))
    assert first == second
    problem(handler.post(path, json=ITEM | {"title": "另一件"}, headers=again), 422)
    item, file = f"{path}/{first['item']}", {"file": ("a.txt", a_text(3000))}
    sent, resent = (told(handler.post(f"{item}/file", files=file, headers=again), 201) for _ in range(2))
    assert sent["id"] == resent["id"]
    problem(handler.post(f"{item}/file", files=file), 409, "evidence-has-file")


def test_wrong_content_is_refused_field_by_field(handler, path):
    both = problem(handler.post(path, json=ITEM | {"obtained_at": "2026-03-01T09:00:00+08:00"}), 422)
    assert [error["field"] for error in both["errors"]] == ["obtained_at"]
    assert "obtained_on" in both["errors"][0]["message"]
    wrong = problem(handler.post(path, json={**ITEM, "kind": "rumour", "sha256": "?"}), 422)
    assert {error["field"] for error in wrong["errors"]} == {"kind", "sha256"}
    item = added(handler, path)
    late = {"act": "returned", "why": "退还", "at": "2099-01-01T00:00:00Z"}
    refused = problem(handler.post(f"{item}/custody", json=late), 422)
    assert refused["errors"] == [{"field": "at", "message": "时间不得晚于现在。"}]
    problem(handler.post(f"{item}/file", files={"file": ("a.txt", b"MZ" + bytes(9000))}), 415, "attachment-type")


def test_others_see_nothing_of_it(system, signed_in, handler, path):
    item = added(handler, path)
    other = employed(system, signed_in("admin"), *MADE["hot"])
    for name in ("supervisor", "leader", "auditor", "admin", "member1"):
        for answer in (signed_in(name).get(path), signed_in(name).get(item), signed_in(name).get(f"{item}/file")):
            problem(answer, 403)
    for answer in (other.get(path), other.get(item), other.post(path, json=ITEM), other.get(f"{item}/file")):
        problem(answer, 404)
    other.close()


def test_the_desk_of_the_unit_concerned_sees_nothing_of_it(system, signed_in, handler, reported):
    item = added(handler, reported)
    concerned = employed(system, signed_in("admin"), *MADE["dof"])
    for answer in (concerned.get(reported), concerned.get(item), concerned.post(f"{item}/custody", json={})):
        assert answer.status_code in (404, 422)
        assert ITEM["title"] not in answer.text
    problem(concerned.get(item), 404)
    concerned.close()


def test_a_change_behind_its_back_is_told(system, handler, path):
    item = added(handler, path)
    told(handler.post(f"{item}/custody", json={"act": "copied", "why": "备份"}), 201)
    with MongoClient(system.mongo_uri) as client:
        case_id, number = item.split("/")[2], item.rsplit("/", 1)[1]
        items = client[f"{system.database_prefix}tasks"].evidence
        changed = items.update_one({"_id": f"{case_id}.{number}"}, {"$set": {"custody.1.by.id": "somebody-else"}})
        assert changed.modified_count == 1
    seen = told(handler.get(item))
    assert (seen["intact"], seen["broken_at"], seen["title"]) == (False, 2, ITEM["title"])


def test_an_item_of_evidence_lets_the_case_be_concluded(desk, handler, unreported):
    case = {"id": unreported.split("/")[2]}
    act(handler, case, "record_step", what="听取录音")
    added(handler, unreported)
    act(handler, case, "record_finding", allegation=1, outcome="substantiated", reason="录音可证")
    act(handler, case, "record_disposition", allegation=1, measure="criticism", reason="依规")
    assert post(handler, case, "conclude").status_code == 200
    problem(handler.post(unreported, json=ITEM), 409)
