"""A small bureau and its people, as the handlers of the identity service get them."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from chassis.config import read
from contracts.call import Actor, Call
from contracts.identity import operations
from services.identity import handlers
from services.identity.settings import load_settings

NOW = datetime(2026, 3, 2, 1, 15, 8, 412_000, tzinfo=UTC)
CALL = Call(now=NOW)
PASSWORD = "雨后初晴山色新如洗过"
OTHER_PASSWORD = "woodpecker under the bridge"
OFFICE, HOME, ATTACKER = "192.0.2.10", "198.51.100.7", "203.0.113.66"


def cheap_settings(**environ):
    """Settings whose argon2 costs nothing."""
    (settings,) = read(
        load_settings,
        environ={
            "IDENTITY_KEY": base64.b64encode(bytes(range(32))).decode(),
            "IDENTITY_ARGON2_TIME_COST": "1",
            "IDENTITY_ARGON2_MEMORY_KIB": "8",
            **environ,
        },
    )
    return settings


class Bureau:
    """The service as its callers see it: ``bureau.do(operation, call=…, field=…)`` validates, runs and dumps."""

    def __init__(self, store, settings):
        self.store, self.settings, self.call = store, settings, CALL
        self.admin = Actor("admin-person", "管理员", frozenset({"admin"}), "root", ("root",), "bureau", "admin-session")
        self.root = self.store.units.root()["_id"] if self.store.units.root() else None

    def do(self, operation, call=None, **request):
        handler = getattr(handlers, operation.name)
        answer = handler(self.store, self.settings, operation.load(request), call or self.by(self.admin))
        return operation.dump(answer)

    def by(self, actor=None, **changes):
        return replace(self.call, actor=actor, **changes)

    def later(self, **delta):
        """Lets time pass."""
        self.call = replace(self.call, now=self.call.now + timedelta(**delta))
        return self.call

    def unit(self, name, parent_id=None, kind="department", line="bureau", **more):
        parent_id = parent_id or self.root
        unit = self.do(operations.create_unit, name=name, kind=kind, parent_id=parent_id, line=line, **more)
        self.root = self.root or unit["id"]
        return unit

    def person(self, username, unit_id=None, roles=("member",), password=PASSWORD, **more):
        person = self.do(
            operations.create_person,
            username=username,
            name=more.pop("name", f"某{username}"),
            unit_id=unit_id or self.root,
            roles=list(roles),
            **more,
        )
        if password:
            self.activate(person["id"], password)
        return person

    def activate(self, person_id, password=PASSWORD):
        (code,) = self.do(operations.issue_activation_codes, person_ids=[person_id])["items"]
        self.do(
            operations.redeem_activation_code,
            self.by(None),
            username=code["username"],
            code=code["code"],
            password=password,
        )

    def sign_in(self, username, password=PASSWORD, address=OFFICE, **more):
        return self.do(operations.sign_in, self.by(None), username=username, password=password, address=address, **more)

    def refresh(self, tokens):
        return self.do(operations.refresh_session, self.by(None), refresh_token=tokens["refresh_token"])

    def signed_in_as(self, person, tokens):
        """A call by the person in that session."""
        session_id = tokens["refresh_token"].split(".")[0]
        actor = Actor(person["id"], person["name"], frozenset(person["roles"]), session_id=session_id)
        return self.by(actor)

    def events(self, collection, subject):
        """The events about a subject that wait to be published, as (event name, data)."""
        document = self.store.db[collection].find_one({"_id": subject})
        return [(event["type"], event["data"]) for event in document.get("outbox", [])]

    def log_of(self, person_id):
        return [
            record["what"] for record in self.store.db["security_log"].find({"person_id": person_id}).sort("_id", 1)
        ]
