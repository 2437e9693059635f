"""Every check of a password goes through here: counted first, forgiven when right (model/lockout.py)."""

from __future__ import annotations

import ipaddress
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis import ids
from chassis.refusals import TooMany
from services.identity.crypto.one_time import canonical_code, step_of
from services.identity.model import lockout
from services.identity.model.people import folded
from services.identity.settings import IdentitySettings
from services.identity.store import IdentityStore

Document = dict[str, Any]

# How long an attempt waits for others on the same account that are being decided, and for its turn to be counted.
_PATIENCE_SECONDS = 2.0


@dataclass(frozen=True)
class Attempt:
    """One attempt to prove to be somebody. ``person`` is None for an unknown user name; ``account`` is then empty."""

    username: str
    key: str
    person: Document | None
    account: Document
    origin: lockout.Origin
    id: str

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
    attempt = Attempt(username, key, person, account, origin, ids.new_id())
    give_up_at = time.monotonic() + _PATIENCE_SECONDS
    while True:
        guard, revision = store.guards.get(key)
        wait = lockout.wait_left(guard, origin, now)
        if not wait and store.guards.put(key, lockout.counted(guard, origin, now, attempt.id), revision):
            return attempt
        if time.monotonic() > give_up_at or (wait and not lockout.may_clear_up(guard, now)):
            raise TooMany(wait or 1)
        time.sleep(random.uniform(0.01, 0.05))


def is_right(
    store: IdentityStore, settings: IdentitySettings, attempt: Attempt, password: str, otp: str | None, now: datetime
) -> bool:
    """Whether password and second factor fit, and notes it. One argon2 computation whatever the answer."""

    def fits() -> bool:
        right = settings.passwords.verify(attempt.account.get("password_hash"), password)
        totp = attempt.account.get("totp")
        if not right or attempt.person is None or not attempt.person["active"]:
            return False
        return totp is None or (
            otp is not None and _second_factor(store, settings, attempt.person["_id"], totp, otp, now)
        )

    return _noted(store, attempt, fits)


def is_password(store: IdentityStore, settings: IdentitySettings, attempt: Attempt, password: str) -> bool:
    """Whether the password fits, and notes it; for people who are signed in."""
    return _noted(store, attempt, lambda: settings.passwords.verify(attempt.account.get("password_hash"), password))


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


def _noted(store: IdentityStore, attempt: Attempt, check: Callable[[], bool]) -> bool:
    right = False
    try:
        right = check()
    finally:
        _note(store, attempt, right)
    return right


def _note(store: IdentityStore, attempt: Attempt, right: bool) -> None:
    give_up_at = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < give_up_at:
        guard, revision = store.guards.get(attempt.key)
        after = lockout.forgiven(guard, attempt.origin, attempt.id) if right else lockout.decided(guard, attempt.id)
        if revision is None or store.guards.put(attempt.key, after, revision):
            return
        time.sleep(random.uniform(0.01, 0.05))


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
