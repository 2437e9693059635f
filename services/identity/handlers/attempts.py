"""Every check of a password goes through here: counted first, forgiven when right (model/lockout.py)."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.refusals import TooMany
from services.identity.crypto.one_time import canonical_code, step_of
from services.identity.model import lockout
from services.identity.model.people import folded
from services.identity.settings import IdentitySettings
from services.identity.store import IdentityStore

Document = dict[str, Any]

# Attempts at the same moment on one account; more than so many lost races look like guessing.
_RACES = 8


@dataclass(frozen=True)
class Attempt:
    """One attempt to prove to be somebody. ``person`` is None for an unknown user name; ``account`` is then empty."""

    username: str
    key: str
    person: Document | None
    account: Document
    origin: lockout.Origin

    @property
    def person_id(self) -> str | None:
        """Whose account it is about."""
        return self.person["_id"] if self.person else None


def begin(
    store: IdentityStore,
    settings: IdentitySettings,
    username: str,
    address: str,
    device: str | None,
    now: datetime,
) -> Attempt:
    """Counts an attempt as failed before anything of it is looked at. Raises ``TooMany`` during a wait."""
    username = folded(username)
    person = store.people.by_username(username)
    account = store.accounts.get(person["_id"] if person else "")
    origin = lockout.Origin(address_hash(settings, address), _known_device(settings, account, device, now))
    key = guard_key(settings, username)
    for _ in range(_RACES):
        guard, revision = store.guards.get(key)
        wait = lockout.wait_left(guard, origin, now)
        if wait:
            raise TooMany(wait)
        if store.guards.put(key, lockout.counted(guard, origin, now), revision):
            return Attempt(username, key, person, account, origin)
    raise TooMany(1)


def forgive(store: IdentityStore, attempt: Attempt) -> None:
    """The attempt proved right."""
    for _ in range(_RACES):
        guard, revision = store.guards.get(attempt.key)
        if revision == 0 or store.guards.put(attempt.key, lockout.forgiven(guard, attempt.origin), revision):
            return


def is_right(
    store: IdentityStore,
    settings: IdentitySettings,
    attempt: Attempt,
    password: str,
    otp: str | None,
    now: datetime,
) -> bool:
    """Whether password and second factor fit. One argon2 computation whatever the answer, for nobody too."""
    right = settings.passwords.verify(attempt.account.get("password_hash"), password)
    totp = attempt.account.get("totp")
    if not right or attempt.person is None or not attempt.person["active"]:
        return False
    return totp is None or (otp is not None and _second_factor(store, settings, attempt.person["_id"], totp, otp, now))


def address_hash(settings: IdentitySettings, address: str) -> str:
    """The keyed hash under which an address is counted and logged; all of an IPv6 customer's /56 is one address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        network = address
    else:
        mapped = getattr(parsed, "ipv4_mapped", None) or parsed
        network = str(ipaddress.ip_network((mapped, 56 if mapped.version == 6 else 32), strict=False))
    return settings.keyring.digest(network, "address")[:24]


def guard_key(settings: IdentitySettings, username: str) -> str:
    """The keyed hash of a user name: people type passwords into that field."""
    return settings.keyring.digest(username, "guard")


def device_digest(settings: IdentitySettings, device: str) -> str:
    """What is kept of a device token."""
    return settings.keyring.digest(device, "device")


def recovery_digest(settings: IdentitySettings, code: str) -> str:
    """What is kept of a recovery code."""
    return settings.keyring.digest(canonical_code(code), "recovery")


def _known_device(settings: IdentitySettings, account: Document, device: str | None, now: datetime) -> str | None:
    if not device:
        return None
    digests = settings.keyring.digests(device, "device")
    known = (one["digest"] for one in account.get("devices", ()) if one["expires_at"] > now)
    return next((digest for digest in known if digest in digests), None)


def _second_factor(
    store: IdentityStore, settings: IdentitySettings, person_id: str, totp: Document, otp: str, now: datetime
) -> bool:
    secret = settings.keyring.open(totp["sealed"], "totp").decode()
    step = step_of(secret, otp, now)
    if step is not None:
        return store.accounts.use_totp_step(person_id, step)
    digests = settings.keyring.digests(canonical_code(otp), "recovery")
    code = next((digest for digest in digests if digest in totp["recovery"]), None)
    return code is not None and store.accounts.use_recovery_code(person_id, code)
