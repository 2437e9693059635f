"""Rate limits: counted over clock-aligned windows, under keyed hashes, so that no address is stored in clear.

Four kinds. *Shared* limits hold over all worker processes and replicas: their counters are in the database
``gateway``, by the ``limits`` library's MongoDB storage. Failed sign-ins are counted there one by one. Public
writes are taken from there in small reserves (a hundredth of the limit), which a worker then spends on its
own; the first reserve of an address is told of only when it is spent. So a report does not pay for a database
round trip, and a limit is passed by at most a hundredth for each worker process. *Meters* (meter.py) are shared in
the same way, in tenths, and count on beyond their rate: what is done without an account is free of proofs of work up to
there (gateway/challenges). *Local* limits count in this process only. While the database is away, shared ones go on as
local ones: nobody is kept from reporting or signing in by a counter.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chassis import clock
from chassis.rpc_client import Refused, RpcError
from contracts.call import Actor
from gateway import metrics
from gateway.limits.counters import Counters, LocalCounters, SharedCounters
from gateway.limits.limit import Limit
from gateway.limits.meter import Meter, Reading
from gateway.limits.subjects import address_of, digest_of, household, key_from
from gateway.problems import core
from gateway.problems.row import Problem
from gateway.settings import Settings

__all__ = ["Counters", "Limit", "Limits", "LocalCounters", "Meter", "Reading", "SharedCounters", "household"]

# Answers to an attempt to sign in that say nothing about the password.
_NOBODY_JUDGED = frozenset({"Fault", "Interrupted", "MethodNotFound", "TooMany", "Unavailable"})


class Limits:
    """The limits of the gateway, by name."""

    def __init__(self, settings: Settings, shared: SharedCounters | LocalCounters, key: bytes) -> None:
        local = LocalCounters()
        self.shared = shared
        self._key = key = key_from(key)
        self._trusted_proxies = settings.trusted_proxies
        self._sign_in = Limit("sign-in", settings.sign_in_limit, shared, key)
        self._sign_in_address = Limit("sign-in-address", settings.sign_in_address_limit, shared, key)
        self._by_name = {
            "public-write": Limit("public-write", settings.public_write_limit, shared, key, reserve=True),
            "public-read": Limit("public-read", settings.public_read_limit, local, key),
        }

    def check(self, endpoint: Any, http: Any, actor: Actor | None) -> None:
        """Problem 429 when the client asks too often. What signed-in people do is not counted.

        Where proofs of work may be asked for, writes are counted when they have been let in (gateway/challenges).
        """
        name = endpoint.limit
        if name is None:
            if actor is not None or not endpoint.public:
                return
            name = "public-read" if http.method in ("GET", "HEAD") else "public-write"
        if name == "none" or (name == "public-write" and endpoint.asks_for_proof(http.method)):
            return
        self.count(name, self.digest(self.address(http.environ)), clock.now().timestamp())

    def count(self, name: str, digest: str, now: float) -> None:
        """Counts one of an address on the limit of this name; Problem 429 when there are too many."""
        wait = self._by_name[name].count(digest, now)
        if wait is not None:
            raise _too_many(name, wait)

    def digest(self, address: str) -> str:
        """What stands for an address in the counters."""
        return digest_of(self._key, household(address))

    @contextmanager
    def sign_in(self, username: str, address: str) -> Iterator[None]:
        """Around an attempt to sign in. Problem 429 when it failed too often here.

        It is counted before, so that attempts at the same time count too; a success is given back.
        """
        at = clock.now().timestamp()
        subject = (username.casefold(), address)
        waits = [self._sign_in.hit(*subject), self._sign_in_address.hit(address)]
        wait = max((wait for wait in waits if wait is not None), default=None)
        if wait is not None:
            # What is not even tried does not prolong the wait.
            self._give_back(subject, address, at)
            raise _too_many("sign-in", wait)
        try:
            yield
        except Refused as refusal:
            if refusal.name in _NOBODY_JUDGED:
                self._give_back(subject, address, at)
            raise
        except RpcError:
            self._give_back(subject, address, at)
            raise
        self._give_back(subject, address, at)

    def _give_back(self, subject: tuple[str, str], address: str, at: float) -> None:
        self._sign_in.refund(*subject, at=at)
        self._sign_in_address.refund(address, at=at)

    def reachable(self) -> bool:
        """Whether the counters that workers share can be reached."""
        return self.shared.reachable()

    def address(self, environ: dict[str, Any]) -> str:
        """The client's address (subjects.py)."""
        return address_of(environ, self._trusted_proxies)


def _too_many(name: str, wait: float) -> Problem:
    metrics.LIMITED.labels(name).inc()
    return Problem(core.TOO_MANY, {"retry_after": wait})
