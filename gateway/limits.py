"""Rate limits: counted over clock-aligned windows, under keyed hashes, so that no address is stored in clear.

Three kinds. *Shared* limits hold over all worker processes and replicas: their counters are in the database
``gateway``, by the ``limits`` library's MongoDB storage. Failed sign-ins are counted there one by one. Public
writes are taken from there in small reserves (a hundredth of the limit), which a worker then spends on its
own; the first reserve of an address is told of only when it is spent. So a report does not pay for a database
round trip, and a limit is passed by at most a hundredth for each worker process. *Local* limits count in this
process only. While the database is away, shared limits go on as local ones: nobody is kept from
reporting or signing in by a counter.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from limits import RateLimitItem, parse_many
from limits.storage import MongoDBStorage
from pymongo.errors import AutoReconnect, PyMongoError

from chassis import clock
from chassis.rpc_client import Refused, RpcError
from contracts.call import Actor
from gateway import metrics
from gateway.problems import core
from gateway.problems.row import Problem
from gateway.settings import Settings

log = structlog.get_logger()

# How long a database that did not answer is left alone.
LEAVE_ALONE_SECONDS = 5.0
# How long a request may wait for the counters.
PATIENCE_MS = 500
MAX_KEYS = 100_000
# So many reserves are kept, the latest. Who is forgotten begins with another hundredth.
_MOST_RESERVES = 20_000
_HUNDREDTH = 100
# Answers to an attempt to sign in that say nothing about the password.
_NOBODY_JUDGED = frozenset({"Fault", "Interrupted", "MethodNotFound", "TooMany", "Unavailable"})


class Counters(Protocol):
    """Where hits are counted."""

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Adds ``amount`` to ``key``, which lives for ``expiry`` seconds from its first hit; the sum."""


class LocalCounters:
    """Counts in this process. The library's memory storage starts a thread every few hits; this does not."""

    def __init__(self) -> None:
        self._counts: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """See Counters."""
        now = time.monotonic()
        with self._lock:
            count, until = self._counts.get(key, (0, 0.0))
            if until <= now:
                count, until = 0, now + expiry
            if len(self._counts) >= MAX_KEYS:
                self._counts = {name: entry for name, entry in self._counts.items() if entry[1] > now}
                if len(self._counts) >= MAX_KEYS:
                    self._counts.clear()
            self._counts[key] = count + amount, until
            return count + amount

    def reachable(self) -> bool:
        """Always."""
        return True


class SharedCounters:
    """Counts in the database ``gateway``; in this process while the database is away."""

    def __init__(self, mongo_uri: str, database: str) -> None:
        self._uri, self._database = mongo_uri, database
        self._storage: MongoDBStorage | None = None
        self._lock = threading.Lock()
        self._away_until = 0.0
        self._substitute = LocalCounters()

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """See Counters."""
        if time.monotonic() >= self._away_until:
            try:
                return self._connected().incr(key, expiry, amount)
            except PyMongoError as error:
                self._leave_alone(error)
        return self._substitute.incr(key, expiry, amount)

    def reachable(self) -> bool:
        """Whether the database answers now."""
        try:
            return bool(self._connected().check())
        except PyMongoError:
            return False

    def _connected(self) -> MongoDBStorage:
        with self._lock:
            if self._storage is None:
                if time.monotonic() < self._away_until:
                    raise AutoReconnect("another request has just found it away")
                storage = MongoDBStorage(
                    self._uri,
                    database_name=self._database,
                    w=1,
                    serverSelectionTimeoutMS=PATIENCE_MS,
                    connectTimeoutMS=PATIENCE_MS,
                    # For an operation as a whole, its one repetition included.
                    timeoutMS=PATIENCE_MS * 2,
                )
                # The first use of the connection makes the index that forgets old counters; kept when that
                # went well.
                storage.counters.estimated_document_count()
                self._storage = storage
            return self._storage

    def _leave_alone(self, error: PyMongoError) -> None:
        self._away_until = time.monotonic() + LEAVE_ALONE_SECONDS
        log.warning("limits_counted_locally", error=type(error).__name__)


@dataclass(slots=True)
class _Reserve:
    """Hits of one subject in one window that this process may spend without asking."""

    left: int
    # Of those, how many the shared counter does not know of yet.
    untold: int
    exhausted: bool = False

    @classmethod
    def first(cls, amount: int) -> _Reserve:
        """Most who report do so once: they need no counter but this. A low limit is counted from the first hit."""
        free = _reserve_size(amount) if amount >= _HUNDREDTH else 0
        return cls(free, free)


def _reserve_size(amount: int) -> int:
    return max(1, amount // _HUNDREDTH)


class Limit:
    """Some rates that one subject must all keep to, such as ``8/minute;30/hour``."""

    def __init__(self, name: str, rates: str, counters: Counters, key: bytes, *, reserve: bool = False) -> None:
        self.name = name
        self._items = parse_many(rates)
        self._counters = counters
        self._key = hashlib.sha256(key).digest()
        self._reserve = reserve
        self._reserves: dict[tuple[int, int, str], _Reserve] = {}
        self._lock = threading.Lock()

    def hit(self, *subject: str) -> float | None:
        """Counts one hit; the seconds to wait when some rate is exceeded, None when all is well."""
        now = clock.now().timestamp()
        digest = self._digest(subject)
        waits = [self._take(index, item, digest, now) for index, item in enumerate(self._items)]
        return max((wait for wait in waits if wait is not None), default=None)

    def refund(self, *subject: str, at: float) -> None:
        """Takes back a hit that was counted at ``at`` (Unix time): it turned out to be harmless."""
        digest = self._digest(subject)
        for item in self._items:
            seconds = item.get_expiry()
            self._counters.incr(self._name(item, digest, int(at // seconds)), seconds, -1)

    def _take(self, index: int, item: RateLimitItem, digest: str, now: float) -> float | None:
        seconds = item.get_expiry()
        window = int(now // seconds)
        left = (window + 1) * seconds - now
        if not self._reserve:
            count = self._counters.incr(self._name(item, digest, window), seconds, 1)
            return left if count > item.amount else None
        with self._lock:
            reserve = self._reserves.get((index, window, digest))
            if reserve is None:
                if len(self._reserves) >= _MOST_RESERVES:
                    del self._reserves[next(iter(self._reserves))]
                reserve = self._reserves[index, window, digest] = _Reserve.first(item.amount)
            if not reserve.left and not reserve.exhausted:
                self._replenish(reserve, item, digest, window)
            if not reserve.left:
                return left
            reserve.left -= 1
            return None

    def _replenish(self, reserve: _Reserve, item: RateLimitItem, digest: str, window: int) -> None:
        wanted = _reserve_size(item.amount)
        counted = self._counters.incr(self._name(item, digest, window), item.get_expiry(), wanted + reserve.untold)
        reserve.untold = 0
        reserve.left = max(0, min(wanted, item.amount - (counted - wanted)))
        reserve.exhausted = not reserve.left

    def _name(self, item: RateLimitItem, digest: str, window: int) -> str:
        return f"{self.name}/{item.amount}/{item.get_expiry()}/{window}/{digest}"

    def _digest(self, subject: tuple[str, ...]) -> str:
        return hashlib.blake2b("\x1f".join(subject).encode(), key=self._key, digest_size=12).hexdigest()


class Limits:
    """The limits of the gateway, by name."""

    def __init__(self, settings: Settings, shared: SharedCounters | LocalCounters, key: bytes) -> None:
        local = LocalCounters()
        self.shared = shared
        self._trusted_proxies = settings.trusted_proxies
        self._sign_in = Limit("sign-in", settings.sign_in_limit, shared, key)
        self._sign_in_address = Limit("sign-in-address", settings.sign_in_address_limit, shared, key)
        self._by_name = {
            "public-write": Limit("public-write", settings.public_write_limit, shared, key, reserve=True),
            "public-read": Limit("public-read", settings.public_read_limit, local, key),
        }

    def check(self, endpoint: Any, http: Any, actor: Actor | None) -> None:
        """Problem 429 when the client asks too often. What signed-in people do is not counted."""
        name = endpoint.limit
        if name is None:
            if actor is not None or not endpoint.public:
                return
            name = "public-read" if http.method in ("GET", "HEAD") else "public-write"
        if name == "none":
            return
        wait = self._by_name[name].hit(self.address(http.environ))
        if wait is not None:
            raise _too_many(name, wait)

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
        """The client's address.

        ``X-Forwarded-For`` is believed as far as our own proxies wrote it: its last ``TRUSTED_PROXIES``
        entries, of which the first is what the outermost proxy saw.
        """
        forwarded = environ.get("HTTP_X_FORWARDED_FOR") if self._trusted_proxies else None
        if forwarded:
            entries = [entry.strip() for entry in forwarded.split(",")]
            return str(entries[-min(self._trusted_proxies, len(entries))])[:64]
        return str(environ.get("REMOTE_ADDR") or "")


def _too_many(name: str, wait: float) -> Problem:
    metrics.LIMITED.labels(name).inc()
    return Problem(core.TOO_MANY, {"retry_after": wait})
