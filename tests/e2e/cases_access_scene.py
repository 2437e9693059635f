"""What the table of who may do what with cases is tried on: everybody there is, and cases of every kind and state."""

from __future__ import annotations

import base64
import csv
import io
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import httpx
from openpyxl import load_workbook
from pymongo import MongoClient

from services.reports.keys import public_key
from tests.e2e.cases import act, post
from tests.e2e.cases_access_people import ACCOUNTS, UNIT, employed
from tests.e2e.reporting import Reporter
from tests.support.system import System
from tests.support.waiting import eventually

Client = httpx.Client

ABOUT = [{"unit": UNIT}]
THE_HEAD = [{"unit": "明镜市司法局", "position": "局长"}]
NAMED = {"mode": "named", "name": "郑远", "phone": "13700001111"}
ITEM = {
    "kind": "document", "title": "账册", "source": "会计处", "how": "依法调取", "obtained_on": "2026-03-01",
    "obtained_by": "承办人",
}  # fmt: skip
FILE = ("凭证.txt", "收据一张。".encode(), "text/plain")
TUS = {"Tus-Resumable": "1.0.0"}
ASKED = {
    "purpose": "talk",
    "reason": "面谈核实",
    "hours": 24,
    "public_key": base64.b64encode(public_key(b"k" * 32)).decode(),
}

# Persons concerned, of each role that sees other people's cases.
KEPT_OUT = ("out", "sou", "lou")
_LONG_AGO = datetime(1999, 1, 1, tzinfo=UTC)


def today() -> str:
    """The day in the bureau."""
    return datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()


class Scene(NamedTuple):
    """``clients`` and ``people``: by the names of columns, the ids of those with an account. ``places``: what paths
    have in braces. ``states``: a case in each state and situation in which actions are tried.
    """

    clients: dict[str, Client]
    people: dict[str, str]
    places: dict[str, str]
    states: dict[str, str]
    copies: Copies


class Copies:
    """Copies of cases, so that what is done to one of them is not done to the case that others are tried on."""

    def __init__(self, system: System) -> None:
        self._client: MongoClient[dict[str, Any]] = MongoClient(system.mongo_uri)
        self._prefix = system.database_prefix
        self._cases = self._client[f"{self._prefix}tasks"].cases
        self._numbers = count(1)

    def of(self, case_id: str, **changes: Any) -> str:
        """The id of a new copy, which has these fields otherwise."""
        document = self._cases.find_one({"_id": case_id})
        assert document is not None, case_id
        copy = secrets.token_hex(16)
        # Its events were told already, or are told of the case itself.
        for told in ("outbox", "to_notify", "counted"):
            document.pop(told, None)
        # A number and a time of its own, so that it stands behind all cases in the lists of other tests.
        document |= {"_id": copy, "number": f"1999-{next(self._numbers):06}", "opened_at": _LONG_AGO}
        self._cases.insert_one({**document, "uncounted": True, **changes})
        return copy

    def are_kept_out(self, case_id: str, person_ids: list[str]) -> bool:
        """Whether the reports service has heard that these people keep out of the case; it is told by events."""
        reports = self._client[f"{self._prefix}reports"]
        by_report = {"case.id": case_id, "case.excluded_person_ids": {"$all": person_ids}}
        by_file = {"_id": case_id, "case.excluded_person_ids": {"$all": person_ids}}
        return bool(reports.reports.count_documents(by_report) or reports.case_files.count_documents(by_file))

    def close(self) -> None:
        self._client.close()


@contextmanager
def made(system: System) -> Iterator[Scene]:
    """Everybody, and all that they are tried on."""
    clients = {name: system.client(account) for name, account in ACCOUNTS.items()}
    clients |= employed(system, clients["adm"])
    clients |= {"no": system.client(), "own": system.client()}
    copies = Copies(system)
    try:
        yield _scene(clients, copies)
    finally:
        copies.close()
        for client in clients.values():
            client.close()


def _scene(clients: dict[str, Client], copies: Copies) -> Scene:
    people = {name: _id(client) for name, client in clients.items() if name not in ("no", "own")}
    units = {one["name"]: one["id"] for one in clients["adm"].get("/units", params={"limit": 200}).json()["items"]}
    build = _Building(clients, people, units[UNIT], copies)
    places = build.kinds()
    clients["own"].headers["Authorization"] = f"Receipt {build.receipt}"
    return Scene(clients, people, places, build.states(), copies)


class _Building:
    """Cases as they come about: each step by the hand that takes it."""

    def __init__(self, clients: dict[str, Client], people: dict[str, str], unit_id: str, copies: Copies) -> None:
        self.clients, self.people, self.unit_id, self.copies = clients, people, unit_id, copies
        self.public, self.desk, self.handler = clients["no"], clients["dsk"], clients["han"]
        self.receipt = ""

    def kinds(self) -> dict[str, str]:
        """A case of each kind, and what there is beside cases."""
        hidden = self._reported_above()
        first, second = Reporter(self.public, subjects=ABOUT, reporter=NAMED), Reporter(self.public)
        self.receipt = first.receipt
        case, merged = first.case(self.desk), second.case(self.desk)
        self._keeps_out(case)
        act(self.desk, case, "accept", allegations=["收费", "态度", "拖延"])
        self._given(case, "han")
        act(self.desk, case, "join", handler_id=self.people["joi"], reason="人手不足")
        part = act(self.desk, case, "split", allegation_numbers=[3], reason="另案")["parts"][0]
        self._given(part, "prt")
        act(self.clients["prt"], part, "start")
        act(self.handler, case, "start")
        act(self.desk, merged, "merge", into=case["id"], reason="同一事项")
        free, other = self._clue(), self._clue()
        for one, name in ((free, "han"), (other, "hot")):
            act(self.desk, one, "accept")
            self._given(one, name)
            act(self.clients[name], one, "start")
        closed = self._closed()
        for client, one in ((self.handler, case), (self.handler, merged), (self.clients["prt"], part)):
            eventually(lambda c=client, o=one: c.get(f"/cases/{o['id']}/report").status_code == 200)
        for client, one in ((self.handler, free), (self.clients["joi"], closed), (self.clients["hot"], other)):
            eventually(lambda c=client, o=one: c.get(f"/cases/{o['id']}/evidence").status_code == 200)
        for one in (case, closed):
            eventually(lambda o=one: self.copies.are_kept_out(o["id"], [self.people[name] for name in KEPT_OUT]))
        return {
            **{"case": case["id"], "free": free["id"], "merged": merged["id"], "part": part["id"]},
            **{"closed": closed["id"], "other": other["id"], "above": hidden},
            "route": self.copies.of(hidden, excluded_unit_ids=[]),
            **self._evidence(case["id"]),
            **self._re_review(closed["id"]),
            **self._old_file(),
            "asked": self._asks(case["id"]),
            "person": self.people["mem"],
            "unit": self.unit_id,
            "out": self.people["out"],
        }

    def states(self) -> dict[str, str]:
        """A case about the unit, with two persons who keep out, in each state; and in situations within a state."""
        leading = self._clue()
        act(self.desk, leading, "accept")
        case = self._clue(excluded_unit_ids=[self.unit_id])
        self._keeps_out(case)
        found = {"leading": leading["id"], "registered": self._now(case)}
        for state, action, fields in (
            ("refused", "refuse", {"ground": "no_substance", "reason": "无实质内容"}),
            ("transferred", "transfer", {"body": "police", "reason": "管辖"}),
            ("merged", "merge", {"into": leading["id"], "reason": "同一事项"}),
        ):
            found[state] = self._after(found["registered"], action, **fields)
        act(self.desk, case, "accept", allegations=["收费", "态度"])
        found["accepted"] = self._now(case)
        self._given(case, "han")
        found["assigned"] = self._now(case)
        found["returned"] = self._after(found["assigned"], "object", self.handler, reason="不属本单位职责")
        act(self.handler, case, "start")
        act(self.desk, case, "join", handler_id=self.people["joi"], reason="人手不足")
        act(self.handler, case, "request_assistance", body="police", what="户籍", reason="核实身份")
        act(self.clients["sup"], case, "supervise", reason="久未办结")
        leader = self.people["lea"]
        act(self.handler, case, "ask_extension", days=10, approver_id=leader, reason="案情复杂")
        act(self.clients["joi"], case, "record_step", what="查阅", evidence=["账册"])
        found["investigating"] = self._now(case)
        found["suspended"] = self._after(found["investigating"], "suspend", reason="等待鉴定")
        act(self.handler, case, "record_finding", allegation=1, outcome="substantiated", reason="属实")
        found["findings"] = self._now(case)
        found["decided"] = self._decided_by_the_desk(found["findings"])
        act(self.handler, case, "record_finding", allegation=2, outcome="false", reason="不实")
        act(self.handler, case, "record_disposition", allegation=1, measure="criticism", reason="依规")
        found["asking"] = self._now(case)
        act(self.handler, case, "record_assistance", request=1, what="查无此人")
        found["disposition"] = self._now(case)
        act(self.handler, case, "conclude")
        found["feedback"] = self._now(case)
        act(self.handler, case, "answer_supervision", what="已办结")
        found["unconfirmed"] = self._now(case)
        act(self.clients["lea"], case, "confirm_adequate", reason="适当")
        found["confirmed"] = self._now(case)
        act(self.desk, case, "close")
        return {**found, "closed": case["id"]}

    def _decided_by_the_desk(self, findings: str) -> str:
        second = {"allegation": 2, "outcome": "false", "reason": "不实"}
        case = {"id": self._after(findings, "record_finding", self.handler, **second)}
        act(self.desk, case, "record_disposition", allegation=1, measure="criticism", reason="依规")
        act(self.handler, case, "record_assistance", request=1, what="查无此人")
        act(self.handler, case, "conclude")
        return case["id"]

    def _now(self, case: dict[str, Any]) -> str:
        return self.copies.of(case["id"])

    def _after(self, case_id: str, action: str, by: Client | None = None, **fields: Any) -> str:
        """The case as it would be after this action."""
        copy = self.copies.of(case_id)
        act(by or self.desk, {"id": copy}, action, **fields)
        return copy

    def _clue(self, **changes: Any) -> dict[str, Any]:
        body = {
            "category": "money.bribe", "allegations": ["收受红包", "收受礼品"], "excluded_unit_ids": [],
            "origin": "audit", "reason": "审计发现", **changes,
        }  # fmt: skip
        opened = self.desk.post("/cases", json=body)
        assert opened.status_code == 201, opened.text
        return dict(opened.json())

    def _keeps_out(self, case: dict[str, Any]) -> None:
        persons = [self.people[name] for name in KEPT_OUT]
        eventually(lambda: post(self.desk, case, "exclude", person_ids=persons, reason="亲属").status_code == 200)

    def _given(self, case: dict[str, Any], name: str) -> None:
        """Assigned, once the directory knows that the person is a handler."""
        fields = {"handler_id": self.people[name]}
        eventually(lambda: post(self.desk, case, "assign", **fields).status_code == 200)

    def _closed(self) -> dict[str, Any]:
        case = self._clue(excluded_unit_ids=[self.unit_id])
        self._keeps_out(case)
        act(self.desk, case, "accept", allegations=["收费"])
        self._given(case, "han")
        act(self.desk, case, "join", handler_id=self.people["joi"], reason="人手不足")
        act(self.handler, case, "start")
        act(self.handler, case, "record_step", what="查阅", evidence=["账册"])
        act(self.handler, case, "record_finding", allegation=1, outcome="false", reason="不实")
        act(self.handler, case, "conclude")
        act(self.clients["lea"], case, "confirm_adequate", reason="适当")
        return dict(act(self.desk, case, "close"))

    def _reported_above(self) -> str:
        """The case of a new report about the head of the bureau."""
        there = {case["id"] for case in self._newest()}
        Reporter(self.public, subjects=THE_HEAD)
        [case] = eventually(lambda: [one for one in self._newest() if one["id"] not in there])
        return str(case["id"])

    def _newest(self) -> list[dict[str, Any]]:
        return list(self.clients["sup"].get("/cases", params={"limit": 50}).json()["items"])

    def _evidence(self, case_id: str) -> dict[str, str]:
        """Items of evidence by the names that the table has for them, and an upload that was begun for one."""
        path, items = f"/cases/{case_id}/evidence", {}
        for name in ("item", "empty", "struck", "begun"):
            added = self.handler.post(path, json=ITEM)
            assert added.status_code == 201, added.text
            items[name] = str(added.json()["item"])
        sent = self.handler.post(f"{path}/{items['item']}/file", files={"file": FILE})
        assert sent.status_code == 201, sent.text
        begun = self.handler.post(f"{path}/{items['begun']}/uploads", headers={**TUS, "Upload-Length": "30"})
        assert begun.status_code == 201, begun.text
        return {**items, "sending": begun.json()["id"]}

    def _re_review(self, case_id: str) -> dict[str, str]:
        drawn = self.clients["sup"].post(
            "/re-reviews", json={"closed_from": today(), "closed_to": today(), "percent": 100}
        )
        assert drawn.status_code == 201, drawn.text
        draw = drawn.json()["id"]
        return {"draw": draw, "drawn": f"{draw}.{case_id}"}

    def _old_file(self) -> dict[str, str]:
        """An old file about the unit, without evidence, and the import that it came with."""
        template = self.desk.get("/imports/old-cases/template")
        header, example = (
            load_workbook(io.BytesIO(template.content)).worksheets[0].iter_rows(max_row=2, values_only=True)
        )
        row = dict(zip(header, example, strict=True)) | {"证据": "", "被反映单位": UNIT}
        row["原案号"] = f"access-{secrets.token_hex(4)}"
        table = io.StringIO(newline="")
        csv.writer(table).writerows([header, [row[name] or "" for name in header]])
        content = table.getvalue().encode("gb18030")
        started = self.desk.post("/imports/old-cases", files={"file": ("旧案.csv", content)})
        assert started.status_code == 202, started.text
        job = started.json()["id"]
        eventually(lambda: self.desk.get(f"/imports/{job}").json()["state"] == "done")
        [file] = self.desk.get("/old-files", params={"import_id": job}).json()["items"]
        return {"import": job, "file": file["id"], "review": file["case_id"]}

    def _asks(self, case_id: str) -> str:
        """The id of the handler's request to see who the reporter is."""
        asked = self.handler.post(f"/cases/{case_id}/identity-requests", json=ASKED)
        assert asked.status_code == 201, asked.text
        return str(asked.json()["id"])


def _id(client: Client) -> str:
    return str(client.get("/me").json()["id"])
