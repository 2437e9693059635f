"""The custodian decides on a request, once, and may end what was approved before its time."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

from chassis.refusals import Invalid, Stale
from contracts.call import Call
from services.reports.handlers.accesses import reader
from services.reports.handlers.identity_requests import changes, opening, telling
from services.reports.model import identity_requests as rules
from services.reports.sealing import Sealer
from services.reports.store import ReportsStore

Document = dict[str, Any]


def decide_request(store: ReportsStore, sealer: Sealer, request: Document, call: Call) -> Document:
    """Approve or refuse, because …; the request. The same decision again changes nothing.

    ``NotFound``, ``Erased``, ``OwnIdentityRequest``, ``Stale`` where it is not as it was read, ``IdentityRequestState``
    where it was decided otherwise, ``Invalid`` for more hours than were asked for.
    """
    found, report = telling.request_of(store, request["request_id"], call)
    data_key = sealer.data_key_for_desk(report["_id"], report["data_key"])
    if not _is_so(found, data_key, request, call):
        if request["expected_version"] not in (None, found["version"]):
            raise Stale(found["version"])
        rules.check_decidable(reader(call.actor), found)
        if request["approved"] and (request["hours"] or 0) > found["hours"]:
            raise Invalid.field("hours", "reports.identity.more_than_asked", max=found["hours"])
        found = _decided(store, found, data_key, request, call)
    return telling.told(store, sealer, found, report, call)


def revoke_request(store: ReportsStore, sealer: Sealer, request: Document, call: Call) -> Document:
    """End what was approved before its time, because …; the request. The same again changes nothing.

    ``NotFound``, ``Erased``, ``OwnIdentityRequest``, ``IdentityRequestState`` where it is not open.
    """
    found, report = telling.request_of(store, request["request_id"], call)
    person = reader(call.actor)
    data_key = sealer.data_key_for_desk(report["_id"], report["data_key"])
    said = {"reason": request["reason"]}
    if found["state"] != rules.REVOKED or changes.said(data_key, found, changes.END) != said:
        if person.id == found["requester_id"]:
            raise rules.OwnIdentityRequest
        rules.check_open(found, call.now)
        sealed = changes.sealed(data_key, report["_id"], found["_id"], changes.END, said)
        found = opening.end(store, found, rules.REVOKED, call.now, {"end": sealed, "ended_by": person.id})
    return telling.told(store, sealer, found, report, call)


def _decided(store: ReportsStore, found: Document, data_key: bytes, request: Document, call: Call) -> Document:
    said = {"reason": request["reason"]}
    decision = {
        "state": rules.APPROVED if request["approved"] else rules.REFUSED,
        "rank": 1,
        "decision": changes.sealed(data_key, found["report_id"], found["_id"], changes.DECISION, said),
        "decided_at": call.now,
        "decided_by": reader(call.actor).id,
    }
    if not request["approved"]:
        told = changes.changed(found, rules.REFUSED, call.now)
        return store.identity_requests.change(found, {"$set": decision, "$unset": {"open": ""}}, told)
    until = call.now + timedelta(hours=request["hours"] or found["hours"])
    opened = {"until": until, "sealed_key": base64.b64decode(request["sealed_key"])}
    told = changes.changed(found, rules.APPROVED, call.now, until)
    return store.identity_requests.change(found, {"$set": {**decision, **opened}}, told)


def _is_so(found: Document, data_key: bytes, request: Document, call: Call) -> bool:
    """Whether this very decision was made already, by this person."""
    if found.get("decided_by") != reader(call.actor).id:
        return False
    if changes.said(data_key, found, changes.DECISION) != {"reason": request["reason"]}:
        return False
    if not request["approved"]:
        return bool(found["state"] == rules.REFUSED)
    hours = timedelta(hours=request["hours"] or found["hours"])
    # Once the opening has ended the key is erased, and there is nothing left to compare with.
    same_key = found.get("sealed_key") in (None, base64.b64decode(request["sealed_key"]))
    return "until" in found and found["until"] - found["decided_at"] == hours and same_key
