"""A report from the form to the re-examination, with files of every kind both ways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.e2e.cases import act
from tests.e2e.everything import evidence, identity, planted
from tests.e2e.everything.planted import PHONE, WORDS
from tests.e2e.everything.stage import PATIENCE_S, STAFF, Stage, told
from tests.e2e.everything.visitors import Holder
from tests.support.waiting import eventually

Case = dict[str, Any]

REPORT = {
    "kind": "report",
    "form_version": "2026-02",
    "category": "money.gifts",
    "title": WORDS["title"],
    "narrative": f"{WORDS['narrative']}，两人在场，后来又有{WORDS['end of the narrative']}",
    "subjects": [
        {
            "name": WORDS["subject"],
            "unit": WORDS["unit of the subject"],
            "position": WORDS["position of the subject"],
        }
    ],
    "occurred_on": planted.DAY,
    "place": WORDS["place"],
    "details": {
        "amount": planted.AMOUNT,
        "danger": ["evidence"],
        "danger_why": WORDS["danger"],
        "reported_before": True,
        "reported_to": ["hotline"],
        "reported_result": WORDS["earlier result"],
    },
    "reporter": {"mode": "named", "name": WORDS["name"], "phone": WORDS["phone"], "address": WORDS["home"]},
}


def is_handled(stage: Stage) -> None:
    """Sent, read, decided upon, investigated, closed, and examined again."""
    with stage.until_all_has_followed():
        stage.visitor(PHONE).gets(200, "GET", "/report-form", params={"kind": "report"})
        reporter = stage.holder(PHONE, REPORT)
        sent = [
            reporter.sends(f"{WORDS['file name']}.jpg", planted.PICTURE),
            reporter.sends(f"{WORDS['file name']}.docx", planted.DOCUMENT),
            reporter.sends(f"{WORDS['file name']}.pdf", planted.PAPER),
            reporter.uploads(f"{WORDS['file name']}.txt", planted.LEDGER),
        ]
        reporter.writes(WORDS["message"], sent, WORDS["key of repetition"])
    [case] = stage.staff["desk"].get("/cases", params={"source": "report"}).json()["items"]

    _is_taken_on(stage, case)
    identity.is_seen_for_a_time(stage, case)
    _is_investigated(stage, case, sent)
    evidence.is_gathered(stage, case)
    with stage.until_all_has_followed():
        _is_answered(reporter)
        assert reporter.fetches(sent[3]) == planted.LEDGER
    _is_closed(stage, case)
    with stage.until_all_has_followed():
        reason = {"satisfied": False, "reason": WORDS["reason of the rating"]}
        reporter.gets(200, "POST", "/reports/current/rating", reporter.receipt, json=reason)
        eventually(lambda: stage.tasks.cases.find_one({"_id": case["id"]})["re_examination"], PATIENCE_S)
    [rating] = told(stage.staff["desk"].get(f"/cases/{case['id']}/report"))["ratings"]
    assert rating["reason"] == WORDS["reason of the rating"]


def _is_taken_on(stage: Stage, case: Case) -> None:
    """The desk reads it and what triage suggests, decides otherwise, has it kept, and gives it to a handler."""
    desk, handler, leader = (stage.staff[username] for username in STAFF)
    path = f"/cases/{case['id']}/report"
    read = told(desk.get(path, params={"purpose": "case_handling"}))
    assert (read["title"], read["narrative"]) == (REPORT["title"], REPORT["narrative"])
    assert read["details"]["danger_why"] == WORDS["danger"]
    assert read["messages"][0]["text"] == WORDS["message"]
    suggested = told(desk.get(f"{path}/triage"))
    assert suggested["state"] == "done"
    assert suggested["categories"]
    decision = {"category": "money.bribe", "urgency": "urgent"}
    assert told(desk.post(f"{path}/triage/decision", json=decision))["category"] == "money.bribe"
    held = told(desk.put(f"{path}/hold", json={"reason": WORDS["reason of the hold"]}))
    assert held["history"][0]["reason"] == WORDS["reason of the hold"]
    act(desk, case, "accept", allegations=["收受财物"])
    act(desk, case, "assign", handler_id=handler.get("/me").json()["id"])
    act(leader, case, "extend", days=20, approver_id=leader.get("/me").json()["id"], reason="人手不足")
    act(handler, case, "start")


def _is_investigated(stage: Stage, case: Case, sent: Sequence[str]) -> None:
    """The handler opens all copies of all files, sends one, asks, and marks what was written as read."""
    handler, path = stage.staff["handler"], f"/cases/{case['id']}/report"
    items = {item["id"]: item for item in told(handler.get(f"{path}/attachments"))["items"]}
    assert [items[id]["file_name"].split(".")[0] for id in sent] == [WORDS["file name"]] * len(sent)
    for id, original in zip(sent, planted.FILES, strict=True):
        assert sorted(items[id]["copies"]) == ["clean", "original"], items[id]
        for copy in items[id]["copies"]:
            fetched = handler.get(f"{path}/attachments/{id}/content", params={"copy": copy})
            assert fetched.status_code == 200, fetched.text
            assert (fetched.content == original) == (copy == "original" or original is planted.LEDGER)
    file = (f"{WORDS['file of staff']}.txt", f"{WORDS['file of staff']}，请查收。".encode(), "text/plain")
    told(handler.post(f"{path}/attachments", files={"file": file}), 201)
    eventually(lambda: not stage.uninspected(), PATIENCE_S)
    told(handler.post(f"{path}/messages", json={"text": WORDS["answer of staff"]}), 201)
    [theirs, _] = told(handler.get(f"{path}/messages"))["items"]
    told(handler.put(f"{path}/messages/read", json={"up_to": theirs["id"]}))


def _is_answered(reporter: Holder) -> None:
    """The reporter reads what was asked and who was allowed to see the identity, and opens the file."""
    seen = reporter.sees()
    assert [request["state"] for request in seen["identity_requests"]] == ["revoked", "refused"]
    assert sum(hour["times"] for hour in seen["identity_requests"][0]["openings"]) == 1
    messages = seen["messages"]
    assert [message["text"] for message in messages] == [WORDS["message"], WORDS["answer of staff"]]
    read = {"up_to": messages[-1]["id"]}
    reporter.gets(200, "PUT", "/reports/current/messages/read", reporter.receipt, json=read)
    file = next(file for file in reporter.files() if file["author"] == "staff")
    assert WORDS["file of staff"].encode() in reporter.fetches(file["id"])


def _is_closed(stage: Stage, case: Case) -> None:
    desk, handler, leader = (stage.staff[username] for username in STAFF)
    act(handler, case, "record_step", what="调取账册", evidence=["账册"])
    act(handler, case, "record_finding", allegation=1, outcome="substantiated", reason="账册可证")
    act(handler, case, "record_disposition", allegation=1, measure="criticism", reason="依规")
    act(handler, case, "conclude")
    act(handler, case, "tell_result")
    act(leader, case, "confirm_adequate", reason="适当")
    act(desk, case, "close")
    eventually(lambda: stage.reports.reports.find_one({"case.id": case["id"]})["state"] == "closed", PATIENCE_S)
