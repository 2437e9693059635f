"""Password hashes: argon2id (RFC 9106), computed in a native thread, as slowly for accounts that do not exist."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from chassis import offload
from chassis.refusals import Unavailable
from services.identity.model.passwords import normalised

T = TypeVar("T")

# A storm of sign-ins is answered with 503 after so long, before its requests have lost their readers.
_PATIENCE_SECONDS = 3.0


class Passwords:
    """Hashes and verifies with one set of parameters.

    One verification costs 19 MiB and some 25 ms by default (OWASP's recommendation, m=19 MiB, t=2, p=1). No more than
    ``at_once`` go on at a time, which bounds the memory; whoever waits too long for a turn gets ``Unavailable``.
    """

    def __init__(self, *, time_cost: int, memory_kib: int, parallelism: int, at_once: int = 2) -> None:
        self._turns = threading.BoundedSemaphore(at_once)
        self._hasher = PasswordHasher(
            time_cost=time_cost, memory_cost=memory_kib, parallelism=parallelism, type=Type.ID
        )
        # Verified for accounts without a password, so that they cost the same time; no password fits.
        self._nobody = self._hasher.hash("no account has this password: \x00")

    def hash(self, password: str) -> str:
        """The PHC string to store."""
        return self._in_turn(self._hasher.hash, normalised(password))

    def verify(self, stored: str | None, password: str) -> bool:
        """Whether it is the password; always as slow as a real comparison."""
        fits = self._in_turn(self._fits, stored or self._nobody, normalised(password))
        return fits and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether it was hashed with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def _in_turn(self, function: Callable[..., T], *arguments: str) -> T:
        if not self._turns.acquire(timeout=_PATIENCE_SECONDS):
            raise Unavailable("sign_in")
        try:
            return offload(function, *arguments)
        finally:
            self._turns.release()

    def _fits(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
