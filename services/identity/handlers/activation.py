"""Activation codes: how a person gets the first password, or a new one when the old one is forgotten.

An administrator never sets or sees a password. People are created and imported without one; the administrator issues
a code (100 random bits, good once and for a week) and hands it over; the person sets the password with it. It cannot
be guessed, so it is not subject to waits and also gets its owner past a lockout.
"""

from __future__ import annotations

from typing import Any

from pymongo.client_session import ClientSession

from contracts.call import Call
from services.identity.crypto.one_time import canonical_code, random_code
from services.identity.handlers import attempts
from services.identity.handlers.sessions import end_all
from services.identity.model.passwords import check_password
from services.identity.model.people import folded
from services.identity.model.refusals import ActivationRefused
from services.identity.settings import IdentitySettings
from services.identity.store import IdentityStore
from services.identity.store.accounts import Activation

Document = dict[str, Any]
Request = dict[str, Any]

_GROUPS = 4


def issue_activation_codes(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> Document:
    """New codes for active people. Every call makes new ones, also with an idempotency key: none is kept to repeat."""
    people = {person["_id"]: person for person in store.people.having(request["person_ids"]) if person["active"]}
    expires_at = call.now + settings.activation_lifetime
    codes = {
        person_id: random_code(_GROUPS) for person_id in dict.fromkeys(request["person_ids"]) if person_id in people
    }
    if codes:
        store.accounts.put_activations(
            [Activation(person_id, _digest(settings, code), expires_at) for person_id, code in codes.items()]
        )
        store.records.add(
            "activation_codes_issued",
            at=call.now,
            kept=settings.log_kept,
            person_id=next(iter(codes)) if len(codes) == 1 else None,
            actor_id=call.actor.id if call.actor else None,
            details={"person_ids": list(codes)},
        )
    return {
        "items": [
            {
                "person_id": person_id,
                "username": people[person_id]["username"],
                "code": code,
                "expires_at": expires_at,
            }
            for person_id, code in codes.items()
        ]
    }


def redeem_activation_code(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> None:
    """Sets the password, ends every session, forgets waits and devices."""
    username = folded(request["username"])
    check_password(request["password"], username, settings.policy)
    person = store.people.by_username(username)
    account = store.accounts.get(person["_id"] if person else "")
    activation = account.get("activation")
    digests = settings.keyring.digests(canonical_code(request["code"]), "activation")
    right = activation is not None and activation["digest"] in digests and activation["expires_at"] > call.now
    if person is None or activation is None or not person["active"] or not right:
        _record(store, settings, "activation_failed", person, request, call)
        raise ActivationRefused()
    password_hash = settings.passwords.hash(request["password"])
    person_id = person["_id"]

    def effect(session: ClientSession) -> bool:
        if not store.accounts.redeem(person_id, activation["digest"], password_hash, call.now, session):
            return False
        end_all(store, settings, person_id, call.now, "password_set", session)
        return True

    if not store.transaction(effect):
        raise ActivationRefused()
    store.accounts.forget_devices(person_id)
    store.guards.drop(attempts.guard_key(settings, username))
    _record(store, settings, "password_set", person, request, call)


def _digest(settings: IdentitySettings, code: str) -> str:
    return settings.keyring.digest(canonical_code(code), "activation")


def _record(
    store: IdentityStore,
    settings: IdentitySettings,
    what: str,
    person: Document | None,
    request: Request,
    call: Call,
) -> None:
    store.records.add(
        what,
        at=call.now,
        kept=settings.log_kept,
        person_id=person["_id"] if person else None,
        address_hash=attempts.address_hash(settings, request["address"]),
    )
