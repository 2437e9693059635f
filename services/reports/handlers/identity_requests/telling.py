"""What is told of requests, and to whom: the custodian, who asked, who follows the progress, the reporter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from chassis.refusals import NotFound
from contracts.call import Call
from services.reports import retention
from services.reports.handlers.accesses import reader
from services.reports.handlers.identity_requests import changes
from services.reports.model import identity_requests as rules
from services.reports.model.conflict import ABOVE
from services.reports.sealing import Sealer
from services.reports.store import ReportsStore

Document = dict[str, Any]
Openings = Iterable[tuple[datetime, int]]


def list_requests(store: ReportsStore, request: Document, call: Call) -> Document:
    """A page of requests in states and codes: everybody's for custodians and those who follow the progress, else one's
    own. What is about a unit of the person's is left out, so a page may hold fewer than there is room for.
    """
    person = reader(call.actor)
    only = None if rules.sees_all(person) else person.id
    found = store.identity_requests.page(only, request["limit"], request["cursor"])
    reports = store.reports.who_is_kept_out([one["report_id"] for one in found["items"]])
    items = [
        one
        for one in found["items"]
        if one["report_id"] in reports and rules.may_know(person, one, reports[one["report_id"]])
    ]
    openings = store.accesses.openings([one["_id"] for one in items])
    return {**found, "items": [_item(one, openings.get(one["_id"], ()), call.now) for one in items]}


def read_request(store: ReportsStore, sealer: Sealer, request: Document, call: Call) -> Document:
    """One request; with the reasons for the custodian and who asked. ``NotFound``, ``Erased``."""
    found, report = request_of(store, request["request_id"], call)
    return told(store, sealer, found, report, call)


def request_of(store: ReportsStore, request_id: str, call: Call) -> tuple[Document, Document]:
    """The request and its report, for those who may know of it; ``NotFound`` for everybody else, ``Erased``."""
    found = store.identity_requests.get(request_id)
    report = store.reports.get(found["report_id"]) if found else None
    if found is None or report is None or not rules.may_know(reader(call.actor), found, report):
        raise NotFound("identity_request")
    retention.refuse_erased(report)
    return found, report


def told(store: ReportsStore, sealer: Sealer, request: Document, report: Document, call: Call) -> Document:
    """A request as the person who asks may read it."""
    person = reader(call.actor)
    openings = store.accesses.openings([request["_id"]]).get(request["_id"], ())
    whole: Document = {
        **_item(request, openings, call.now),
        **dict.fromkeys(("requester_name", "reason", "decision_reason", "end_reason", "public_key", "identity_key")),
    }
    if rules.may_read_reasons(person, request["requester_id"]):
        data_key = sealer.data_key_for_desk(report["_id"], report["data_key"])
        asked, decision, end = (
            changes.said(data_key, request, field) for field in (changes.ASKED, changes.DECISION, changes.END)
        )
        whole |= {
            "requester_name": asked["name"],
            "reason": asked["reason"],
            "decision_reason": decision.get("reason"),
            "end_reason": end.get("reason"),
            "public_key": bytes(request["public_key"]),
        }
    if rules.may_take_key(person, request):
        identity = report["identity"]
        key = {"key_id": identity["key_id"], "sealed_key": bytes(identity["sealed_key"])}
        whole["identity_key"] = {"report_id": report["_id"], **key}
    return whole


def seen_by_reporter(store: ReportsStore, report: Mapping[str, Any], now: datetime) -> list[Document]:
    """Every request about a report as its reporter reads it, oldest first; there are none about an anonymous one."""
    if report["reporter_mode"] != "named" or report.get("route") == ABOVE:
        return []
    requests = store.identity_requests.of_report(report["_id"])
    openings = store.accesses.openings([request["_id"] for request in requests])
    return [rules.seen_by_reporter(request, openings.get(request["_id"], ()), now) for request in requests]


def _item(request: Document, openings: Openings, now: datetime) -> Document:
    """States and codes."""
    names = ("case_id", "number", "purpose", "requester_id", "hours", "asked_at", "version")
    absent = ("decided_at", "decided_by", "until", "ended_at")
    return {
        "id": request["_id"],
        **{name: request[name] for name in names},
        **{name: request.get(name) for name in absent},
        "state": rules.standing(request, now),
        "openings": sum(times for _, times in openings),
    }
