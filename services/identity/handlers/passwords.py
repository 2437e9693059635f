"""Changing one's password, and the end of a lockout."""

from __future__ import annotations

from typing import Any

from pymongo.client_session import ClientSession

from chassis.refusals import NotFound
from contracts.call import Call
from services.identity.handlers import attempts
from services.identity.handlers.sessions import end_all
from services.identity.model.passwords import check_password
from services.identity.model.refusals import WrongPassword
from services.identity.settings import IdentitySettings
from services.identity.store import IdentityStore

Request = dict[str, Any]


def change_password(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> None:
    """With the present password; every other session ends, and devices have to prove themselves anew."""
    attempt = confirm(store, settings, request["current_password"], request["address"], call)
    check_password(request["new_password"], attempt.username, settings.policy)
    password_hash = settings.passwords.hash(request["new_password"])
    actor = call.actor
    assert actor is not None

    def effect(session: ClientSession) -> None:
        store.accounts.set_password(actor.id, password_hash, call.now, session)
        end_all(store, settings, actor.id, call.now, "password_changed", session, but=actor.session_id)

    store.transaction(effect)
    store.accounts.forget_devices(actor.id)
    store.records.add(
        "password_changed",
        at=call.now,
        kept=settings.log_kept,
        person_id=actor.id,
        actor_id=actor.id,
        address_hash=attempt.origin.address,
    )


def unlock_person(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> None:
    """Forgets the failed sign-ins of an account."""
    person = store.people.get(request["person_id"])
    if person is None:
        raise NotFound("person")
    store.guards.drop(attempts.guard_key(settings, person["username"]))
    store.records.add(
        "unlocked",
        at=call.now,
        kept=settings.log_kept,
        person_id=person["_id"],
        actor_id=call.actor.id if call.actor else None,
    )


def confirm(
    store: IdentityStore, settings: IdentitySettings, password: str, address: str, call: Call
) -> attempts.Attempt:
    """The signed-in person proves once more to be it; counted like a sign-in, or a stolen session could guess."""
    assert call.actor is not None
    person = store.people.get(call.actor.id)
    if person is None:
        raise NotFound("person")
    attempt = attempts.begin(store, settings, person["username"], address, None, call.now)
    if not attempts.is_password(store, settings, attempt, password):
        raise WrongPassword()
    return attempt
