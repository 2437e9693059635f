"""Who is asking: access tokens verified here, by the keys and the ended sessions that identity tells of."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import jwt
import structlog

from chassis import clock
from chassis.rpc_client import RpcError
from contracts.call import Actor
from contracts.fields import parse_instant
from contracts.identity.tokens import ALGORITHM, AUDIENCE, REQUIRED_CLAIMS, actor_of
from gateway.problems import core
from gateway.problems.row import Problem

log = structlog.get_logger()

# Clocks of two machines may differ by so many seconds.
LEEWAY = 5
# An unknown key makes us ask identity again, but no attacker makes us ask more often than this.
ASK_AGAIN_AFTER = 5.0
# A revoked key is noticed within this time even when no unknown one turns up.
KEYS_GROW_OLD_AFTER = 300.0
MAX_REMEMBERED = 20_000
# How often sessions are forgotten whose last token has died.
SWEEP_SECONDS = 60.0

_Keys = dict[str, Any]


class Authenticator:
    """Verifies bearer tokens. Thread-safe; one a worker process.

    ``fetch_keys`` returns identity's JWK set as a list; ``fetch_ended`` the sessions that ended before their
    tokens did, as items of ``list_ended_sessions``. Both may raise the RPC client's exceptions, which then
    answer the request (503): without keys nobody can be told from anybody else.
    """

    def __init__(
        self,
        issuer: str,
        fetch_keys: Callable[[], list[dict[str, Any]]],
        fetch_ended: Callable[[], list[dict[str, Any]]],
    ) -> None:
        self._issuer = issuer
        self._fetch_keys = fetch_keys
        self._fetch_ended = fetch_ended
        self._keys: _Keys = {}
        self._asked_at: float | None = None
        self._asking = threading.Lock()
        self._ended: dict[str, float] = {}
        self._next_sweep = 0.0
        # token digest -> (actor, expiry as a Unix time)
        self._verified: dict[bytes, tuple[Actor, float]] = {}

    def actor(self, authorization: str) -> Actor:
        """The signed-in person of an ``Authorization`` header; Problem 401 without a valid bearer token."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise self.not_signed_in()
        digest = hashlib.blake2b(token.encode("utf-8", "replace"), digest_size=16).digest()
        now = clock.now().timestamp()
        remembered = self._verified.get(digest)
        if remembered is None or remembered[1] <= now or self._keys_are_old(now):
            remembered = self._verify(token, digest, now)
        actor = remembered[0]
        if actor.session_id in self._ended:
            raise _session_over()
        return actor

    def end(self, session_id: str, access_expires_at: datetime) -> None:
        """From now on no token of this session is accepted, until the last of them has died by itself."""
        now = clock.now().timestamp()
        until = access_expires_at.timestamp() + LEEWAY
        if until > now:
            self._ended[session_id] = until
        if now >= self._next_sweep:
            self._next_sweep = now + SWEEP_SECONDS
            for over in [session for session, end in list(self._ended.items()) if end <= now]:
                self._ended.pop(over, None)

    def catch_up(self) -> None:
        """Asks identity for the sessions that ended while nobody listened."""
        for ended in self._fetch_ended():
            self.end(ended["session_id"], parse_instant(ended["access_expires_at"]))

    @staticmethod
    def not_signed_in() -> Problem:
        """The 401 of a request without a usable ``Authorization`` header (RFC 6750, section 3)."""
        return Problem(core.NOT_SIGNED_IN, headers={"WWW-Authenticate": 'Bearer realm="mingjing"'})

    def _verify(self, token: str, digest: bytes, now: float) -> tuple[Actor, float]:
        try:
            key_id = str(jwt.get_unverified_header(token).get("kid"))
        except jwt.InvalidTokenError:
            raise _session_over() from None
        key = self._key(key_id, now)
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=self._issuer,
                # Its times are compared below, with the clock that all parts go by.
                options={"require": list(REQUIRED_CLAIMS), "verify_exp": False, "verify_iat": False},
            )
            verified = actor_of(claims), float(claims["exp"]) + LEEWAY
            begins = float(claims["iat"]) - LEEWAY
        except (jwt.InvalidTokenError, KeyError, TypeError, ValueError):
            raise _session_over() from None
        # Not "expired": what compares as neither, as NaN does, is no time.
        if not begins <= now < verified[1]:
            raise _session_over()
        self._remember(digest, verified, now)
        return verified

    def _remember(self, digest: bytes, verified: tuple[Actor, float], now: float) -> None:
        if len(self._verified) >= MAX_REMEMBERED:
            alive = {key: value for key, value in list(self._verified.items()) if value[1] > now}
            self._verified = alive if len(alive) < MAX_REMEMBERED else {}
        self._verified[digest] = verified

    def _keys_are_old(self, now: float) -> bool:
        return self._asked_at is None or now - self._asked_at > KEYS_GROW_OLD_AFTER

    def _key(self, key_id: str, now: float) -> Any:
        if self._keys_are_old(now) or key_id not in self._keys:
            self._ask(now)
        key = self._keys.get(key_id)
        if key is None:
            raise _session_over()
        return key

    def _ask(self, now: float) -> None:
        """Gets the keys anew, one thread at a time, not too often; old keys serve while identity is away."""
        if not self._asking.acquire(blocking=not self._keys):
            # Another thread is at it, and there are keys to go on with.
            return
        try:
            if self._asked_at is None or now - self._asked_at >= ASK_AGAIN_AFTER:
                self._renew(now)
        finally:
            self._asking.release()

    def _renew(self, now: float) -> None:
        try:
            if self._asked_at is None:
                self.catch_up()
            keys = {key["kid"]: jwt.PyJWK(key, ALGORITHM).key for key in self._fetch_keys()}
        except RpcError:
            if not self._keys:
                raise
            log.warning("signing_keys_not_refreshed")
            keys = self._keys
        if self._keys.keys() - keys.keys():
            # A key was revoked: what it signed is judged anew.
            self._verified = {}
        self._keys, self._asked_at = keys, now


def _session_over() -> Problem:
    challenge = 'Bearer realm="mingjing", error="invalid_token"'
    return Problem(core.SESSION_OVER, headers={"WWW-Authenticate": challenge})
