"""The second factor: enrol, confirm, turn off, and an administrator's reset of it."""

from __future__ import annotations

from typing import Any

from chassis.refusals import NotFound
from contracts.call import Call
from services.identity.crypto import one_time
from services.identity.handlers import attempts
from services.identity.model.refusals import TotpNotPossible, WrongPassword
from services.identity.settings import IdentitySettings
from services.identity.store import IdentityStore

Document = dict[str, Any]
Request = dict[str, Any]


def enrol_totp(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> Document:
    """A new secret, not active before it is confirmed; enrolling again replaces one that was not."""
    assert call.actor is not None
    person = store.people.get(call.actor.id)
    if person is None:
        raise NotFound("person")
    if store.accounts.get(person["_id"]).get("totp"):
        raise TotpNotPossible("already_on")
    secret = one_time.new_secret()
    store.accounts.put_pending_totp(person["_id"], settings.keyring.seal(secret.encode(), "totp"))
    return {"secret": secret, "uri": one_time.enrolment_uri(secret, person["username"])}


def confirm_totp(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> Document:
    """From now on sign-in asks for the code. The code that confirms is used up by it."""
    assert call.actor is not None
    pending = store.accounts.get(call.actor.id).get("totp_pending")
    if pending is None:
        raise TotpNotPossible("not_enrolled")
    step = one_time.step_of(settings.keyring.open(pending, "totp").decode(), request["otp"], call.now)
    if step is None:
        raise TotpNotPossible("wrong_code")
    codes = [one_time.random_code(2) for _ in range(one_time.RECOVERY_CODES)]
    digests = [attempts.recovery_digest(settings, code) for code in codes]
    if not store.accounts.turn_on_totp(call.actor.id, pending, step, digests):
        raise TotpNotPossible("not_enrolled")
    _record(store, settings, "totp_turned_on", call.actor.id, call)
    return {"recovery_codes": codes}


def disable_totp(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> None:
    """With both factors."""
    assert call.actor is not None
    person = store.people.get(call.actor.id)
    if person is None:
        raise NotFound("person")
    if not store.accounts.get(person["_id"]).get("totp"):
        raise TotpNotPossible("not_enrolled")
    attempt = attempts.begin(store, settings, person["username"], request["address"], None, call.now)
    if not attempts.is_right(store, settings, attempt, request["password"], request["otp"], call.now):
        raise WrongPassword()
    store.accounts.turn_off_totp(person["_id"])
    _record(store, settings, "totp_turned_off", person["_id"], call)


def reset_totp(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> None:
    """By an administrator who has made sure whom they speak with; logged."""
    if store.people.get(request["person_id"]) is None:
        raise NotFound("person")
    if store.accounts.turn_off_totp(request["person_id"]):
        _record(store, settings, "totp_reset", request["person_id"], call)


def _record(store: IdentityStore, settings: IdentitySettings, what: str, person_id: str, call: Call) -> None:
    store.records.add(
        what,
        at=call.now,
        kept=settings.log_kept,
        person_id=person_id,
        actor_id=call.actor.id if call.actor else None,
    )
