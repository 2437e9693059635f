"""Asking to see who a reporter is."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from chassis.refusals import IdempotencyKeyReused, Invalid
from contracts.call import Call
from services.reports import keys, sealing
from services.reports.handlers.accesses import reader
from services.reports.handlers.identity_requests import changes, opening, telling
from services.reports.handlers.staff import report_of_case
from services.reports.model import identity_requests as rules
from services.reports.sealing import Sealer
from services.reports.store import ReportsStore

Document = dict[str, Any]


def ask_for_identity(store: ReportsStore, sealer: Sealer, request: Document, call: Call) -> Document:
    """Ask to see who the reporter of a case is; the request.

    ``NotFound``, ``Erased``, ``ReporterAnonymous``, ``IdentityRequestOpen``, ``IdempotencyKeyReused``; ``Invalid`` for
    a key that nothing can be sealed to.
    """
    report = report_of_case(store, request["case_id"], call)
    if report["reporter_mode"] != "named":
        raise rules.ReporterAnonymous
    public = base64.b64decode(request["public_key"])
    if not keys.takes_seals(public):
        raise Invalid.field("public_key", "reports.identity.no_public_key")
    data_key = sealer.data_key_for_desk(report["_id"], report["data_key"])
    ids = _ids(sealer, report["_id"], call)
    asked = store.identity_requests.first_of(ids) if call.idempotency_key else None
    if asked is None:
        asked = _added(store, _new(report, data_key, ids[0], public, request, call), call.now)
    told = telling.told(store, sealer, asked, report, call)
    said = {name: request[name] for name in ("purpose", "hours", "reason")}
    if said != {name: told[name] for name in said} or bytes(told["public_key"]) != public:
        raise IdempotencyKeyReused
    return told


def _ids(sealer: Sealer, report_id: str, call: Call) -> list[str]:
    """The id of the request, and those that the same idempotency key led to under older lookup keys."""
    if call.idempotency_key is None:
        return [sealing.new_id()]
    scope = f"identity-request/{report_id}/{reader(call.actor).id}"
    return [sealer.id_of(scope, call.idempotency_key), *sealer.older_ids_of(scope, call.idempotency_key, call.now)]


def _new(report: Document, data_key: bytes, request_id: str, public: bytes, request: Document, call: Call) -> Document:
    said = {"reason": request["reason"], "name": call.actor.name if call.actor else ""}
    return {
        "_id": request_id,
        "report_id": report["_id"],
        "case_id": report["case"]["id"],
        "number": report["case"]["number"],
        "requester_id": reader(call.actor).id,
        "purpose": request["purpose"],
        "hours": request["hours"],
        "public_key": public,
        "asked": changes.sealed(data_key, report["_id"], request_id, changes.ASKED, said),
        "asked_at": call.now,
        "state": rules.ASKED,
        "rank": 0,
        "open": True,
    }


def _added(store: ReportsStore, request: Document, now: datetime) -> Document:
    """The request as stored, or the one of its id that was first. One that is over makes room for it."""
    for _ in range(2):
        added = store.identity_requests.add(request, changes.changed(request, rules.ASKED, now))
        if added is not None:
            return added
        earlier = store.identity_requests.get(request["_id"])
        if earlier is not None:
            return earlier
        former = store.identity_requests.open_of(request["case_id"], request["requester_id"])
        if former is not None:
            state = rules.standing(former, now)
            if state != rules.OVER:
                raise rules.IdentityRequestOpen(former["_id"], state)
            opening.end(store, former, rules.OVER, now)
    raise rules.IdentityRequestOpen(request["_id"], rules.ASKED)
