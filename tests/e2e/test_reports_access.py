"""Who may do what with reports: every route of the service, tried as everybody there is, on the whole system.

``access_table.py`` is the table. Whatever is not somebody's to know of is answered as what does not exist: with the
same status and the same words.
"""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any, NamedTuple

import httpx
import pytest

from contracts.roles import ALL_ROLES
from gateway.app import resource_modules
from services.reports.keys import public_key
from tests.e2e.access_table import COLUMNS, ROUTES, Route
from tests.e2e.cases import act, post
from tests.e2e.reporting import Reporter
from tests.support.system import System
from tests.support.waiting import eventually

pytestmark = pytest.mark.system

UNIT, BELOW, OFFICE = "南港区司法局", "海丰律师事务所", "机关纪委"
# Those who are made for this: (role, unit). The others are the demo accounts.
MADE = {"dof": ("desk", UNIT), "dbl": ("desk", BELOW), "hot": ("handler", OFFICE)}
ACCOUNTS = {
    "dsk": "desk", "han": "handler", "cus": "custodian", "sup": "supervisor", "lea": "leader", "adm": "admin",
    "aud": "auditor", "edi": "editor", "rev": "reviewer1", "tra": "trainer", "mem": "member1",
}  # fmt: skip
UNKNOWN = "0" * 32
FILE = ("凭证.txt", "收据一张。".encode(), "text/plain")
ABOUT = [{"unit": UNIT}]
THE_HEAD = [{"unit": "明镜市司法局", "position": "局长"}]
SUGGESTION = {"kind": "suggestion", "category": "service.convenience", "subjects": ABOUT}
NAMED = {"mode": "named", "name": "郑远", "phone": "13700001111"}
ASKED = {
    "purpose": "talk",
    "reason": "面谈核实",
    "hours": 24,
    "public_key": base64.b64encode(public_key(b"k" * 32)).decode(),
}
TUS = {"Tus-Resumable": "1.0.0"}

PIECE: dict[str, Any] = {
    "headers": {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"},
    "content": b"one, two, ",
}
ITEM = {
    "kind": "document", "title": "账册", "source": "会计处", "how": "依法调取", "obtained_on": "2026-03-01",
    "obtained_by": "承办人",
}  # fmt: skip

Client = httpx.Client
SignedIn = Callable[..., Client]
# How requests are made where there is more to say than the route: by all of it, or by its end alone.
SENT: dict[str, dict[str, Any]] = {
    "POST /reports": {"json": {}},
    "POST /messages": {"json": {"text": "请补充。"}},
    "PUT /messages/read": {"json": {"up_to": "{message}"}},
    "PUT /suggestions/{suggestion}/messages/read": {"json": {"up_to": "{note}"}},
    "POST /rating": {"json": {"satisfied": True}},
    "POST /attachments": {"files": {"file": FILE}},
    "GET /cases/{case}/report/attachments/{file}/content": {"params": {"copy": "original"}},
    "GET /cases/{sealed}/report/attachments/{kept}/content": {"params": {"copy": "original"}},
    "GET /suggestions/{suggestion}/attachments/{enclosed}/content": {"params": {"copy": "original"}},
    "POST /uploads": {"headers": {**TUS, "Upload-Length": "30"}},
    "HEAD /uploads/{upload}": {"headers": TUS},
    "PATCH /uploads/{upload}": PIECE,
    "DELETE /uploads/{upload}": {"headers": TUS},
    "PUT /hold": {"json": {"reason": "诉讼未结"}},
    "DELETE /hold": {"json": {"reason": "诉讼已结"}},
    "POST /triage/decision": {"json": {"category": "conduct.attitude", "urgency": "routine"}},
    "POST /cases/{case}/identity-requests": {"json": ASKED},
    "POST /cases/{sealed}/identity-requests": {"json": ASKED},
    "POST /decision": {"json": {"approved": False, "reason": "不必"}},
    "POST /revocation": {"json": {"reason": "不必"}},
    "POST /cases/{case}/evidence": {"json": ITEM},
    "POST /cases/{sealed}/evidence": {"json": ITEM},
    "POST /{item}/custody": {"json": {"act": "handed_over", "to": "档案室", "why": "入库"}},
    "POST /{struck}/withdraw": {"json": {"reason": "误录"}},
    "POST /{item}/withdraw": {"json": {"reason": "误录"}},
    "POST /{item}/file": {"files": {"file": FILE}},
    "GET /{item}/file": {"params": {"copy": "original"}},
    "POST /{empty}/uploads": {"headers": {**TUS, "Upload-Length": "30"}},
    "POST /{item}/uploads": {"headers": {**TUS, "Upload-Length": "30"}},
    **{
        f"{method} /{{{item}}}/uploads/{{sending}}": {"headers": TUS, **more}
        for item in ("begun", "item")
        for method, more in {"HEAD": {}, "PATCH": PIECE, "DELETE": {}}.items()
    },
    "POST /answer": {"json": {"decision": "adopted", "because": "可行。"}},
}


class Scene(NamedTuple):
    """``clients``: one for each column. ``places``: the ids that paths have in braces. ``others_case``: of ``hot``."""

    clients: dict[str, Client]
    places: dict[str, str]
    others_case: str


@pytest.fixture(scope="module")
def scene(system: System, signed_in: SignedIn) -> Iterator[Scene]:
    """A report and a suggestion about a unit, another report, a report about the head, and everybody."""
    clients = {name: signed_in(account) for name, account in ACCOUNTS.items()}
    made = {name: employed(system, clients["adm"], *who) for name, who in MADE.items()}
    public = signed_in()
    mine, others = Reporter(public, subjects=ABOUT, reporter=NAMED), Reporter(public)
    sealed, giver = Reporter(public, subjects=THE_HEAD), Reporter(public, **SUGGESTION)
    desk = clients["dsk"]
    case, others_case = mine.case(desk), others.case(desk)
    visitors = {"no": system.client(), "own": holding(system, mine), "oth": holding(system, others)}
    clients |= made | visitors
    for one, handler in ((case, clients["han"]), (others_case, clients["hot"])):
        act(desk, one, "accept")
        assigned(desk, one, handler)
    act(clients["han"], case, "start")
    begun = visitors["own"].post("/reports/current/uploads", headers={**TUS, "Upload-Length": "30"})
    places = {
        "case": case["id"],
        "asked": asks(clients["han"], case["id"]),
        "sealed": hidden_case(clients["sup"], desk),
        "suggestion": found_by_its_title(desk, giver),
        "file": sends(mine),
        "kept": sends(sealed),
        "enclosed": sends(giver),
        "upload": begun.json()["id"],
        **evidence(clients["han"], case["id"]),
        "message": mine.writes("补充")["id"],
        "note": giver.writes("补充")["id"],
    }
    yield Scene(clients, places, others_case["id"])
    for client in (*made.values(), *visitors.values()):
        client.close()


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_everybody_gets_what_the_table_says(scene: Scene, route: Route) -> None:
    got = {name: ask(scene.clients[name], route, scene.places) for name in COLUMNS}

    assert {name: answer.status_code for name, answer in got.items()} == route.statuses
    for name, answer in got.items():
        if answer.status_code == 404:
            # Not yours to know of: in the same words as what does not exist.
            unknown = ask(scene.clients[name], route, nothings(scene.places))
            assert (unknown.status_code, said(unknown)) == (404, said(answer)), name
        if answer.status_code in (401, 403, 404):
            assert not any(id in answer.text for id in scene.places.values() if not id.isdigit()), name


def test_the_table_has_every_route_of_the_service_and_every_role(system: System) -> None:
    told = httpx.get(f"{system.address}/openapi.json", trust_env=False, timeout=60).json()["paths"]
    ours = operations_of_reports()
    routes = {
        f"{method.upper()} {re.sub('{[^}]*}', '{}', path.removeprefix('/api/v1'))}"
        for path, methods in told.items()
        for method, described in methods.items()
        if isinstance(described, dict) and described.get("operationId") in ours
    }
    assert len(routes) > 30
    assert {re.sub("{[^}]*}", "{}", route.name) for route in ROUTES} == routes
    assert {re.sub(r"\d", "", account) for account in ACCOUNTS.values()} == ALL_ROLES


def test_who_finds_nothing_of_this_report_finds_others_all_the_same(scene: Scene) -> None:
    path = f"/cases/{scene.others_case}/report"
    for name in ("dsk", "dof", "dbl", "hot"):
        assert scene.clients[name].get(path).status_code == 200, name
    assert scene.clients["han"].get(path).status_code == 404


def test_a_receipt_shows_its_own_report_alone(scene: Scene) -> None:
    mine, others = (scene.clients[name].get("/reports/current/messages").json()["items"] for name in ("own", "oth"))

    assert scene.places["message"] in {message["id"] for message in mine}
    assert scene.places["message"] not in {message["id"] for message in others}


def test_the_inbox_and_the_list_of_suggestions_leave_out_what_is_about_ones_own_unit(scene: Scene) -> None:
    scene.clients["own"].post("/reports/current/messages", json={"text": "还有一事。"})
    finds = {}
    for name in ("dsk", "dof", "dbl", "han", "hot"):
        waiting = scene.clients[name].get("/report-inbox", params={"limit": 200}).json()["items"]
        finds[name] = scene.places["case"] in {item["case_id"] for item in waiting}
    assert finds == {"dsk": True, "dof": False, "dbl": False, "han": True, "hot": False}

    for name, expected in (("dsk", True), ("dof", False), ("dbl", False)):
        listed = scene.clients[name].get("/suggestions", params={"limit": 200}).json()["items"]
        assert (scene.places["suggestion"] in {item["id"] for item in listed}) == expected, name


def ask(client: Client, route: Route, places: dict[str, str]) -> httpx.Response:
    """The answer to this route with these ids."""
    options = dict(SENT.get(route.name) or SENT.get(route.action) or {})
    if "up_to" in options.get("json", {}):
        options["json"] = {"up_to": options["json"]["up_to"].format_map(places)}
    return client.request(route.method, (route.above + route.below).format_map(places), **options)


def nothings(places: dict[str, str]) -> dict[str, str]:
    """In every place what there is not."""
    return {name: "999999" if id.isdigit() else UNKNOWN for name, id in places.items()}


def said(answer: httpx.Response) -> dict[str, Any]:
    """The words of an answer; a HEAD has none."""
    return {name: value for name, value in answer.json().items() if name != "trace_id"} if answer.content else {}


def operations_of_reports() -> set[str]:
    """The ids, as OpenAPI has them, of the gateway's functions that call the reports service."""
    return {
        f"{module.blp.name}.{name}"
        for module in resource_modules()
        for name, view in vars(module).items()
        if isinstance(view, FunctionType) and hasattr(view, "endpoint") and view.endpoint.operation.service == "reports"
    }


def employed(system: System, admin: Client, role: str, unit: str) -> Client:
    """A new person of this unit, signed in."""
    units = {one["name"]: one["id"] for one in admin.get("/units", params={"limit": 200}).json()["items"]}
    username = f"access.{role}.{secrets.token_hex(4)}"
    body = {"username": username, "name": "某人", "unit_id": units[unit], "roles": [role, "member"]}
    person = admin.post("/people", json=body)
    assert person.status_code == 201, person.text
    [code] = admin.post("/activation-codes", json={"person_ids": [person.json()["id"]]}).json()["items"]
    activation = {"username": username, "code": code["code"], "password": system.password}
    assert system.client().post("/activations", json=activation).status_code < 300
    return system.client(username)


def holding(system: System, reporter: Reporter) -> Client:
    """A client that shows this receipt with every request."""
    client = system.client()
    client.headers["Authorization"] = f"Receipt {reporter.receipt}"
    return client


def assigned(desk: Client, case: dict[str, Any], handler: Client) -> None:
    """Until the handler is known to be one, and has the report."""
    fields = {"handler_id": handler.get("/me").json()["id"]}
    eventually(lambda: post(desk, case, "assign", **fields).status_code == 200)
    eventually(lambda: handler.get(f"/cases/{case['id']}/report").status_code == 200)


def asks(handler: Client, case_id: str) -> str:
    """The id of the handler's request to see who the reporter is."""
    asked = handler.post(f"/cases/{case_id}/identity-requests", json=ASKED)
    assert asked.status_code == 201, asked.text
    return str(asked.json()["id"])


def sends(reporter: Reporter) -> str:
    """The id of a file that the reporter has sent."""
    sent = reporter.ask("POST", "/attachments", files={"file": FILE})
    assert sent.status_code == 201, sent.text
    return str(sent.json()["id"])


def evidence(handler: Client, case_id: str) -> dict[str, str]:
    """Items of the case by the names that the table has for their numbers, and an upload that was begun for one."""
    path = f"/cases/{case_id}/evidence"
    items = {}
    for name in ("item", "empty", "struck", "begun"):
        added = handler.post(path, json=ITEM)
        assert added.status_code == 201, added.text
        items[name] = str(added.json()["item"])
    sent = handler.post(f"{path}/{items['item']}/file", files={"file": FILE})
    assert sent.status_code == 201, sent.text
    begun = handler.post(f"{path}/{items['begun']}/uploads", headers={**TUS, "Upload-Length": "30"})
    assert begun.status_code == 201, begun.text
    return {**items, "sending": begun.json()["id"]}


def hidden_case(supervisor: Client, desk: Client) -> str:
    """The newest case that the supervision group sees and the desk does not."""

    def hidden() -> list[str]:
        seen = {case["id"] for case in desk.get("/cases", params={"limit": 200}).json()["items"]}
        cases = supervisor.get("/cases", params={"limit": 20}).json()["items"]
        return [case["id"] for case in cases if case["id"] not in seen]

    return str(eventually(hidden)[0])


def found_by_its_title(desk: Client, giver: Reporter) -> str:
    """The id of this suggestion."""
    listed = desk.get("/suggestions", params={"state": "received", "limit": 200}).json()["items"]
    return next(one["id"] for one in listed if desk.get(f"/suggestions/{one['id']}").json()["title"] == giver.title)
