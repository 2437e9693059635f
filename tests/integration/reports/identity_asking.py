"""Somebody who asks for an identity, and a custodian, as the handlers of the reports service get them."""

from __future__ import annotations

import base64
import secrets

import orjson

from contracts.call import Actor
from contracts.reports import operations
from services.reports import handlers, identity_grants
from services.reports.handlers import identity_requests
from services.reports.keys import public_key
from tests.integration.reports.building import CALL, HANDLER, a_report, by, progressed

NAMED = {"mode": "named", "name": "张三丰", "phone": "13900001111", "address": "武当山一号"}
CUSTODIAN = Actor("custodian-person", "身份保管员", frozenset({"custodian"}), "office", ("bureau", "office"))
SUPERVISOR = Actor("supervisor-person", "督导", frozenset({"supervisor"}), "office", ("bureau", "office"))
AUDITOR = Actor("auditor-person", "审计", frozenset({"auditor"}), "office", ("bureau", "office"))
# Of conftest's sealer.
CUSTODIAN_PRIVATE = bytes([12]) * 32
WHY, BECAUSE = "需与举报人面谈核实细节", "理由充分，限时查看"


def a_named_case(store, sealer, case_id, **changes):
    """A case that a named report opened, and the reporter's receipt."""
    receipt = handlers.submit_report(store, sealer, a_report(reporter=dict(NAMED), **changes), CALL)["receipt"]
    progressed(store, sealer, receipt, case_id=case_id, handler_id=HANDLER.id, unit_id="unit-a")
    return receipt


class Asker:
    """Asks, and opens with the private key that only this side has."""

    def __init__(self, store, sealer, case_id, actor=HANDLER):
        self.store, self.sealer, self.case_id, self.actor = store, sealer, case_id, actor
        self.private_key = secrets.token_bytes(32)

    def asks(self, call=None, **changes):
        request = {
            "case_id": self.case_id,
            "purpose": "talk",
            "reason": WHY,
            "hours": 24,
            "public_key": base64.b64encode(public_key(self.private_key)).decode(),
        }
        loaded = operations.ask_for_identity.load(request | changes)
        done = identity_requests.ask_for_identity(self.store, self.sealer, loaded, call or by(self.actor))
        return operations.ask_for_identity.dump(done)

    def fetches(self, request_id, call=None):
        loaded = operations.open_identity.load({"request_id": request_id})
        return operations.open_identity.dump(
            identity_requests.open_identity(self.store, loaded, call or by(self.actor))
        )

    def opens(self, request_id, call=None):
        got = self.fetches(request_id, call)
        sealed_key, identity = (base64.b64decode(got[name]) for name in ("sealed_key", "identity"))
        opened = identity_grants.opened(got["report_id"], request_id, sealed_key, identity, self.private_key)
        return orjson.loads(opened)


def reads(store, sealer, request_id, actor, **circumstances):
    """A request as this person reads it."""
    loaded = operations.read_identity_request.load({"request_id": request_id})
    told = identity_requests.read_request(store, sealer, loaded, by(actor, **circumstances))
    return operations.read_identity_request.dump(told)


def lists(store, actor, limit=200, cursor=None, **circumstances):
    """A page of requests as this person finds them."""
    loaded = operations.list_identity_requests.load({"limit": limit, "cursor": cursor})
    return operations.list_identity_requests.dump(
        identity_requests.list_requests(store, loaded, by(actor, **circumstances))
    )


def passed_on(told, private_key=CUSTODIAN_PRIVATE):
    """What the custodian's client makes of the identity's key in a request as the custodian reads it."""
    key = told["identity_key"]
    sealed = key["key_id"], base64.b64decode(key["sealed_key"])
    to = base64.b64decode(told["public_key"])
    made = identity_grants.resealed(key["report_id"], told["id"], sealed, [private_key], to)
    return base64.b64encode(made).decode()


def decides(store, sealer, request_id, *, approved=True, actor=CUSTODIAN, call=None, **changes):
    """A decision; an approval with the key as the custodian's client passes it on."""
    request = {"request_id": request_id, "approved": approved, "reason": BECAUSE}
    if approved and "sealed_key" not in changes:
        request["sealed_key"] = passed_on(reads(store, sealer, request_id, actor))
    loaded = operations.decide_identity_request.load(request | changes)
    done = identity_requests.decide_request(store, sealer, loaded, call or by(actor))
    return operations.decide_identity_request.dump(done)


def revokes(store, sealer, request_id, *, actor=CUSTODIAN, reason="已不需要", call=None):
    loaded = operations.revoke_identity_request.load({"request_id": request_id, "reason": reason})
    done = identity_requests.revoke_request(store, sealer, loaded, call or by(actor))
    return operations.revoke_identity_request.dump(done)
