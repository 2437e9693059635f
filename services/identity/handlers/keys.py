"""Signing keys: made ahead of their slot, published, used, revoked (model/signing.py)."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis import ids
from chassis.refusals import NotFound, Unavailable
from contracts.call import Call
from services.identity.crypto.tokens import new_key_pair, private_key_of
from services.identity.model import signing
from services.identity.settings import IdentitySettings
from services.identity.store import IdentityStore

log = structlog.get_logger()

Document = dict[str, Any]


def signing_keys(store: IdentityStore, settings: IdentitySettings, request: dict[str, Any], call: Call) -> Document:
    """The public halves. Makes the first key, so that a fresh system can sign at once."""
    make_signing_keys(store, settings, call.now)
    return {"keys": [{"kid": key["_id"], "x": key["x"]} for key in store.keys.published(call.now)]}


def revoke_signing_key(
    store: IdentityStore, settings: IdentitySettings, request: dict[str, Any], call: Call
) -> Document:
    """Takes a key out of use at once; its slot gets another."""
    key = store.keys.revoke(request["kid"], call.now)
    if key is None:
        raise NotFound("signing_key")
    if key["revoked_at"] is None:
        store.records.add(
            "signing_key_revoked",
            at=call.now,
            kept=settings.log_kept,
            person_id=None,
            actor_id=call.actor.id if call.actor else None,
            details={"kid": request["kid"]},
        )
    return signing_keys(store, settings, request, call)


def make_signing_keys(store: IdentityStore, settings: IdentitySettings, now: datetime) -> None:
    """Every slot that needs a key has one that is not revoked."""
    usable = {key["slot"] for key in store.keys.published(now)}
    for slot in signing.slots_needed(now):
        if slot not in usable:
            _make(store, settings, slot, now)


def signing_key(store: IdentityStore, settings: IdentitySettings, now: datetime) -> tuple[str, Ed25519PrivateKey]:
    """The key of the present slot, with its id."""
    slot = signing.slot_at(now)
    for _ in range(2):
        keys = [key for key in store.keys.published(now) if key["slot"] == slot]
        if keys:
            return keys[-1]["_id"], _private(settings, keys[-1]["sealed"])
        make_signing_keys(store, settings, now)
    raise Unavailable("signing_keys")


def _make(store: IdentityStore, settings: IdentitySettings, slot: int, now: datetime) -> None:
    there = [key for key in store.keys.all() if key["slot"] == slot]
    if any(key["revoked_at"] is None for key in there):
        # Another replica made it since this one last looked.
        store.keys.refresh()
        return
    seed, x = new_key_pair()
    key = {
        "_id": ids.new_id(),
        "slot": slot,
        "revision": len(there),
        "x": x,
        "sealed": settings.keyring.seal(seed, "signing"),
        "created_at": now,
        "published_until": signing.published_until(slot, settings.access_lifetime),
        "revoked_at": None,
    }
    if store.keys.insert(key):
        log.info("signing key made", kid=key["_id"], slot=slot)


def _private(settings: IdentitySettings, sealed: bytes) -> Ed25519PrivateKey:
    return private_key_of(_unsealed(settings.keyring, bytes(sealed)))


@lru_cache(maxsize=8)
def _unsealed(keyring: Any, sealed: bytes) -> bytes:
    opened: bytes = keyring.open(sealed, "signing")
    return opened
