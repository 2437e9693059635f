"""Opening an identity while that is allowed, and ending it: by the custodian, or by the clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chassis.refusals import NotFound, Stale
from contracts.call import Call
from services.reports.handlers.accesses import reader, record
from services.reports.handlers.identity_requests.changes import changed
from services.reports.handlers.staff import report_of_case
from services.reports.model import identity_requests as rules
from services.reports.store import ReportsStore

Document = dict[str, Any]

# Why an identity is opened is said in the request, which the record of the access names.
_PURPOSE = "identity_request"


def open_identity(store: ReportsStore, request: Document, call: Call) -> Document:
    """The sealed identity and its key, sealed to who asked; recorded before it is given.

    Only for who asked, and only while they still handle the case: ``NotFound`` for everybody else. ``Erased``;
    ``IdentityRequestState`` where it is not approved, revoked, or over by the clock.
    """
    found = store.identity_requests.get(request["request_id"])
    if found is None or found["requester_id"] != reader(call.actor).id:
        raise NotFound("identity_request")
    report = report_of_case(store, found["case_id"], call)
    rules.check_open(found, call.now)
    record(store, report, "identity", _PURPOSE, call, identity_request_id=found["_id"])
    # Read after the record, so that nothing is given that was revoked before it.
    sealed_key = store.identity_requests.sealed_key(found["_id"], call.now)
    if sealed_key is None:
        raise rules.IdentityRequestState(rules.REVOKED)
    return {
        "request_id": found["_id"],
        "report_id": report["_id"],
        "identity": bytes(report["identity"]["sealed"]),
        "sealed_key": bytes(sealed_key),
        "until": found["until"],
    }


def end(
    store: ReportsStore, request: Document, state: str, now: datetime, ended: Mapping[str, Any] | None = None
) -> Document:
    """The request, ``revoked`` or ``over``: its sealed key is erased. ``Stale`` when it was changed meanwhile."""
    change = {
        "$set": {"state": state, "ended_at": now, **(ended or {})},
        "$unset": {"sealed_key": "", "open": ""},
    }
    return store.identity_requests.change(request, change, changed(request, state, now))


def end_over(store: ReportsStore, now: datetime) -> int:
    """Erase the sealed keys of everything whose time is past; of how many. They were refused since then already."""
    ended = 0
    for request in store.identity_requests.over(now):
        try:
            end(store, request, rules.OVER, now)
        except Stale:
            # Revoked, erased or ended by somebody else at this moment.
            continue
        ended += 1
    return ended
