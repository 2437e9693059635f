"""Seeing who a reporter is, on the whole system: asked and decided by command on two machines, told to the reporter."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from services.reports.keys import public_key
from tests.e2e.asking_by_command import Person
from tests.e2e.cases import act, post, problem
from tests.e2e.reporting import Reporter
from tests.support.system import System
from tests.support.waiting import eventually

pytestmark = pytest.mark.system

NAMED = {"mode": "named", "name": "张三丰", "phone": "+86 139 5557 1357", "address": "武当路一零一号"}
WHY, BECAUSE = "需与举报人面谈核实", "理由充分"

SignedIn = Callable[..., httpx.Client]


class Scene(NamedTuple):
    reporter: Reporter
    case: dict[str, Any]
    handler: Person
    custodian: Person
    custodian_key: str


@pytest.fixture(scope="module")
def scene(system: System, signed_in: SignedIn, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """A named report, its case with a handler, and the machines of handler and custodian."""
    desk, handler = signed_in("desk"), signed_in("handler")
    reporter = Reporter(signed_in(), reporter=NAMED)
    case = reporter.case(desk)
    act(desk, case, "accept")
    handler_id = handler.get("/me").json()["id"]
    eventually(lambda: post(desk, case, "assign", handler_id=handler_id).status_code == 200)
    eventually(lambda: handler.get(f"/cases/{case['id']}/report").status_code == 200)
    machines = {name: Person(system, name, tmp_path_factory.mktemp(name)) for name in ("handler", "custodian")}
    key = system.folder / "secrets" / "reports-custodian.key"
    assert key.exists()
    return Scene(reporter, case, machines["handler"], machines["custodian"], str(key))


def test_it_is_asked_decided_opened_and_revoked_by_command_and_the_reporter_sees_it_all(scene: Scene) -> None:
    reporter, case, handler, custodian, key = scene
    request_id, fingerprint = handler.asks(case["id"], "request.key", WHY)
    assert "waits for a decision" in reporter.sees("en")["identity_requests"][0]["text"]

    listed = custodian.runs("list")
    assert request_id in listed
    assert WHY not in listed
    shown = custodian.runs("show", request_id)
    assert WHY in shown
    assert case["number"] in shown
    assert fingerprint in shown
    assert reporter.title not in shown
    said = handler.runs("open", request_id, "--key-file", str(handler.folder / "request.key"), status=1)
    assert "waits for a decision" in said

    approval = ("decide", request_id, "--approve", "--custodian-key", key, "--hours", "3", "--fingerprint")
    said = custodian.runs(*approval, "0000 " * 8, reason=BECAUSE, status=1)
    assert "do not approve" in said
    assert fingerprint in said
    assert "approved, open until" in custodian.runs_alone(*approval, fingerprint.upper(), reason=BECAUSE)
    opened = handler.runs_alone("open", request_id, "--key-file", str(handler.folder / "request.key"))
    for name in ("name", "phone", "address"):
        assert f"{name}: {NAMED[name]}\n" in opened
    written = handler.folder / "identity.txt"
    handler.runs("open", request_id, "--key-file", str(handler.folder / "request.key"), "--to", str(written))
    assert NAMED["name"] in written.read_text(encoding="utf-8")
    assert written.stat().st_mode & 0o777 == 0o600

    [seen] = reporter.sees()["identity_requests"]
    assert seen["text"] == "与您联系，核实情况：已批准，限时查看"
    assert sum(hour["times"] for hour in seen["openings"]) == 2
    assert all(hour["at"].endswith(":00:00.000Z") for hour in seen["openings"])
    history = [entry["text"] for entry in reporter.sees("en")["history"]]
    assert "It was looked up who you are, within this hour." in history

    assert custodian.runs("revoke", request_id, reason="已不需要").strip() == "revoked"
    said = handler.runs("open", request_id, "--key-file", str(handler.folder / "request.key"), status=1)
    assert "taken back" in said
    assert "身份保管员撤销了查看您身份信息的批准。" in [entry["text"] for entry in reporter.sees()["history"]]


def test_commands_say_what_to_do_when_something_is_not_right(scene: Scene, system: System) -> None:
    _, case, handler, custodian, key = scene
    request_id, fingerprint = handler.asks(case["id"], "second.key", WHY)
    asking = ("ask", case["id"], "--purpose", "talk", "--hours", "1", "--key-file")
    approval = ("decide", request_id, "--approve", "--fingerprint", fingerprint, "--custodian-key")
    opening = ("open", request_id, "--key-file")
    wrong = {
        purpose: a_file(handler.folder / f"{purpose}.key", f"{purpose}:{of(secrets.token_bytes(32))}\n")
        for purpose in ("custodian-private", "requester-private")
    }

    assert "has not ended" in handler.runs(*asking, str(handler.folder / "third.key"), reason=WHY, status=1)
    assert not (handler.folder / "third.key").exists()
    said = handler.runs(*asking, str(handler.folder / "second.key"), reason=WHY, status=1)
    assert "every request needs a new key file" in said
    said = handler.runs("decide", request_id, "--refuse", reason=BECAUSE, status=1)
    assert "Your roles do not allow this." in said
    said = custodian.runs(*approval, wrong["requester-private"], reason=BECAUSE, status=1)
    assert "expects a line 'custodian-private:" in said
    assert "which is not in" in custodian.runs(*approval, wrong["custodian-private"], reason=BECAUSE, status=1)
    assert "without a reason" in custodian.runs(*approval, key, reason=" \n", status=1)
    custodian.runs(*approval, key, reason=BECAUSE)
    assert "nothing to approve" in custodian.runs(*approval, key, reason=BECAUSE, status=1)
    said = handler.runs(*opening, wrong["requester-private"], status=1)
    assert "revoke this request and ask again" in said
    assert "is there already" in handler.runs(*opening, str(handler.folder / "second.key"), "--to", key, status=1)
    custodian.runs("revoke", request_id, reason="密钥文件遗失")


def test_a_password_is_not_sent_in_clear_over_the_network(scene: Scene) -> None:
    said = scene.handler.runs("--gateway", "http://gateway.example", "list", status=1)
    assert "https://" in said


def test_an_approved_request_is_told_by_http_in_both_languages(scene: Scene, signed_in: SignedIn) -> None:
    desk, custodian = signed_in("desk"), signed_in("custodian")
    path = f"/cases/{scene.case['id']}/identity-requests"
    body = {"purpose": "protect", "reason": WHY, "hours": 5, "public_key": of(secrets.token_bytes(32))}
    asked = desk.post(path, json=body, headers={"Idempotency-Key": f"ask-{secrets.token_hex(8)}"})
    assert asked.status_code == 201, asked.text
    assert asked.headers["ETag"] == f'"{asked.json()["version"]}"'
    again = problem(desk.post(path, json=body), 409, "identity-request-open")
    assert again["request_id"] == asked.json()["id"]
    assert "等待决定" in again["detail"]

    decision = f"/identity-requests/{asked.json()['id']}/decision"
    refusal = {"approved": False, "reason": BECAUSE}
    problem(custodian.post(decision, json=refusal, headers={"If-Match": '"7"'}), 412, "stale")
    needs = problem(custodian.post(decision, json={"approved": True, "reason": BECAUSE}), 422)
    assert needs["errors"] == [{"field": "sealed_key", "message": "批准时须附上对申请人密封的密钥。"}]
    assert custodian.post(decision, json=refusal).json()["state"] == "refused"
    english = {"Accept-Language": "en"}
    late = custodian.post(decision, json=refusal | {"reason": "另一理由"}, headers=english)
    assert problem(late, 409, "identity-request-state")["detail"].startswith(
        "The state of the request is “not allowed”"
    )


def test_an_anonymous_report_has_nobody_to_see(scene: Scene, signed_in: SignedIn) -> None:
    desk = signed_in("desk")
    case = Reporter(signed_in()).case(desk)
    body = {"purpose": "talk", "reason": WHY, "hours": 5, "public_key": of(secrets.token_bytes(32))}

    told = problem(desk.post(f"/cases/{case['id']}/identity-requests", json=body), 409, "reporter-anonymous")

    assert "匿名" in told["detail"]


def a_file(path: Path, text: str) -> str:
    """The path of a file that holds this."""
    path.write_text(text, encoding="ascii")
    return str(path)


def of(private_key: bytes) -> str:
    """The public half in base64."""
    return base64.b64encode(public_key(private_key)).decode()
