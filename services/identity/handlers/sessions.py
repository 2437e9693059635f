"""Sign-in, refresh, sign-out."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

import structlog
from pymongo.client_session import ClientSession

from chassis import ids
from chassis.refusals import Stale
from contracts.call import Actor, Call
from contracts.identity.events import SessionEndedV1
from services.identity.crypto.tokens import signed
from services.identity.handlers import attempts
from services.identity.handlers.keys import signing_key
from services.identity.model.refusals import SessionOver, SignInRefused
from services.identity.model.sessions import RefreshToken, Verdict, judge, opened
from services.identity.settings import IdentitySettings
from services.identity.store import IdentityStore
from services.identity.store.sessions import state_of

log = structlog.get_logger()

Document = dict[str, Any]
Request = dict[str, Any]


def sign_in(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> Document:
    """A new session for whoever proves to be the person."""
    attempt = attempts.begin(store, settings, request["username"], request["address"], request["device"], call.now)
    if not attempts.is_right(store, settings, attempt, request["password"], request["otp"], call.now):
        _record(
            store,
            settings,
            "sign_in_failed",
            attempt,
            call.now,
            {"known_device": bool(attempt.origin.device)},
        )
        raise SignInRefused()
    assert attempt.person is not None
    _keep_up_with_parameters(store, settings, attempt, request["password"])
    document, token = _new_session(settings, attempt.person["_id"], call.now)
    store.sessions.insert(document)
    _record(store, settings, "signed_in", attempt, call.now, {"session_id": document["_id"]})
    device = {} if attempt.origin.device else _new_device(store, settings, attempt.person["_id"], call.now)
    return _tokens(store, settings, attempt.person, document, token, call.now) | device


def refresh_session(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> Document:
    """New tokens for a refresh token; see model/sessions.py for what a second use means."""
    token = opened(request["refresh_token"], settings.keyring.keys_for("refresh"))
    if token is None:
        raise SessionOver()
    document = store.sessions.get(token.session_id)
    if document is None:
        raise SessionOver()
    rotated = _advance(store, settings, document, token, call.now)
    person = store.people.get(rotated["person_id"])
    if person is None or not person["active"]:
        raise SessionOver()
    return _tokens(store, settings, person, rotated, token.successor(rotated["salt"]), call.now)


def end_session(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> None:
    """Signs out; nothing is left to do when the session had ended."""
    if call.actor is None or call.actor.session_id is None:
        return
    document = store.sessions.get(call.actor.session_id)
    if document and end(store, settings, document, call.now, "signed_out"):
        store.records.add(
            "signed_out",
            at=call.now,
            kept=settings.log_kept,
            person_id=call.actor.id,
            actor_id=call.actor.id,
            details={"session_id": document["_id"]},
        )


def list_ended_sessions(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> Document:
    """Those whose last access token may still be alive."""
    found = store.sessions.ended_since(call.now - settings.access_lifetime, request["limit"], request["cursor"])
    items = [
        {
            "session_id": one["_id"],
            "person_id": one["person_id"],
            "ended_at": one["ended_at"],
            "access_expires_at": one["ended_at"] + settings.access_lifetime,
        }
        for one in found["items"]
    ]
    return {"items": items, "next_cursor": found["next_cursor"]}


def end(
    store: IdentityStore,
    settings: IdentitySettings,
    document: Document,
    now: datetime,
    why: str,
    session: ClientSession | None = None,
) -> bool:
    """Ends a session and tells it; False when it had ended before."""
    if document["ended_at"] is not None:
        return False
    event = SessionEndedV1.draft(
        subject=document["_id"],
        session_id=document["_id"],
        person_id=document["person_id"],
        ended_at=now,
        # A refresh may be on its way at this moment, so: the latest that any token could die.
        access_expires_at=now + settings.access_lifetime,
    )
    try:
        store.sessions.end(document, event, now, why, session)
    except Stale:
        return False
    return True


def end_all(
    store: IdentityStore,
    settings: IdentitySettings,
    person_id: str,
    now: datetime,
    why: str,
    session: ClientSession | None = None,
    but: str | None = None,
) -> None:
    """Ends every session of a person but one."""
    for document in list(store.sessions.alive_of(person_id, session)):
        if document["_id"] != but:
            end(store, settings, document, now, why, session)


def _advance(
    store: IdentityStore, settings: IdentitySettings, document: Document, token: RefreshToken, now: datetime
) -> Document:
    """The session whose present token is the successor of ``token``. Raises ``SessionOver``."""
    verdict = judge(state_of(document), token, now)
    if verdict is Verdict.ROTATE:
        salt = secrets.token_bytes(32)
        successor = token.successor(salt)
        change = {
            "generation": successor.generation,
            "digest": successor.digest,
            "previous_digest": token.digest,
            "salt": salt,
            "rotated_at": now,
            "idle_until": now + settings.session_idle,
        }
        rotated = store.sessions.rotate(document, change)
        if rotated is not None:
            return rotated
        # Somebody was first: a second request with the same token, or the end of the session.
        document = store.sessions.get(document["_id"]) or {**document, "ended_at": now}
        verdict = judge(state_of(document), token, now)
    if verdict is Verdict.REPEAT:
        return document
    if verdict is Verdict.REUSED:
        log.warning("refresh token used twice", session_id=document["_id"])
        if end(store, settings, document, now, "reused"):
            store.records.add(
                "refresh_token_reused",
                at=now,
                kept=settings.log_kept,
                person_id=document["person_id"],
                details={"session_id": document["_id"]},
            )
    raise SessionOver()


def _new_session(settings: IdentitySettings, person_id: str, now: datetime) -> tuple[Document, RefreshToken]:
    token = RefreshToken(ids.new_id(), 1, secrets.token_bytes(32))
    document = {
        "_id": token.session_id,
        "person_id": person_id,
        "generation": 1,
        "digest": token.digest,
        "previous_digest": None,
        "salt": None,
        "rotated_at": now,
        "idle_until": now + settings.session_idle,
        "expires_at": now + settings.session_lifetime,
        "created_at": now,
        "ended_at": None,
        "ended_why": None,
    }
    return document, token


def _tokens(
    store: IdentityStore,
    settings: IdentitySettings,
    person: Document,
    session: Document,
    refresh: RefreshToken,
    now: datetime,
) -> Document:
    actor = Actor(
        id=person["_id"],
        name=person["name"],
        roles=frozenset(person["roles"]),
        unit_id=person["unit_id"],
        unit_path=tuple(person["unit_path"]),
        line=person["line"],
        session_id=session["_id"],
    )
    kid, private_key = signing_key(store, settings, now)
    return {
        "access_token": signed(
            actor,
            kid=kid,
            private_key=private_key,
            issuer=settings.issuer,
            now=now,
            lifetime=settings.access_lifetime,
        ),
        "expires_in": int(settings.access_lifetime.total_seconds()),
        "refresh_token": refresh.sealed(settings.keyring.keys_for("refresh")[0]),
        "refresh_expires_at": min(session["idle_until"], session["expires_at"]),
        "device": None,
        "device_expires_at": None,
    }


def _new_device(store: IdentityStore, settings: IdentitySettings, person_id: str, now: datetime) -> Document:
    device = secrets.token_urlsafe(32)
    expires_at = now + settings.device_lifetime
    store.accounts.put_device(person_id, attempts.device_digest(settings, device), expires_at, now)
    return {"device": device, "device_expires_at": expires_at}


def _keep_up_with_parameters(
    store: IdentityStore, settings: IdentitySettings, attempt: attempts.Attempt, password: str
) -> None:
    stored = attempt.account["password_hash"]
    if settings.passwords.is_outdated(stored):
        store.accounts.replace_hash(attempt.account["_id"], stored, settings.passwords.hash(password))


def _record(
    store: IdentityStore,
    settings: IdentitySettings,
    what: str,
    attempt: attempts.Attempt,
    now: datetime,
    details: Document,
) -> None:
    store.records.add(
        what,
        at=now,
        kept=settings.log_kept,
        person_id=attempt.person_id,
        address_hash=attempt.origin.address,
        details=details,
    )
