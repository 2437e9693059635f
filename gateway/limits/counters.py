"""Where hits are counted: in the database ``gateway`` for all workers and replicas, or in this process."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any, Protocol

import structlog
from limits.storage import MongoDBStorage
from pymongo import ReturnDocument
from pymongo.errors import AutoReconnect, PyMongoError

from chassis import clock

log = structlog.get_logger()

# How long a database that did not answer is left alone.
LEAVE_ALONE_SECONDS = 5.0
# How long a request may wait for the counters.
PATIENCE_MS = 500
MAX_KEYS = 100_000


class Counters(Protocol):
    """Where hits are counted, and claims are kept."""

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Adds ``amount`` to ``key``, which lives for ``expiry`` seconds from its first hit; the sum."""

    def claim(self, key: str, claimant: str, expiry: int) -> bool:
        """Whether ``key`` is ``claimant``'s: who claims it first keeps it for at least ``expiry`` seconds."""


class LocalCounters:
    """Counts in this process. The library's memory storage starts a thread every few hits; this does not."""

    def __init__(self) -> None:
        self._counts: dict[str, tuple[int, float]] = {}
        self._claims: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """See Counters."""
        now = time.monotonic()
        with self._lock:
            count, until = self._counts.get(key, (0, 0.0))
            if until <= now:
                count, until = 0, now + expiry
            _make_room(self._counts, now)
            self._counts[key] = count + amount, until
            return count + amount

    def claim(self, key: str, claimant: str, expiry: int) -> bool:
        """See Counters."""
        now = time.monotonic()
        with self._lock:
            owner, until = self._claims.get(key, ("", 0.0))
            if until > now:
                return owner == claimant
            _make_room(self._claims, now)
            self._claims[key] = claimant, now + expiry
            return True

    def reachable(self) -> bool:
        """Always."""
        return True


def _make_room(entries: dict[str, Any], now: float) -> None:
    """Forgets what is over when there is much; all of it when that is not enough."""
    if len(entries) < MAX_KEYS:
        return
    for name in [name for name, (_, until) in entries.items() if until <= now]:
        del entries[name]
    if len(entries) >= MAX_KEYS:
        entries.clear()


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

    def claim(self, key: str, claimant: str, expiry: int) -> bool:
        """See Counters. A document beside the counters, forgotten by the same index."""
        if time.monotonic() >= self._away_until:
            try:
                claimed = self._connected().counters.find_one_and_update(
                    {"_id": key},
                    {"$setOnInsert": {"by": claimant, "expireAt": clock.now() + timedelta(seconds=expiry)}},
                    upsert=True,
                    return_document=ReturnDocument.AFTER,
                )
                return claimed is not None and bool(claimed["by"] == claimant)
            except PyMongoError as error:
                self._leave_alone(error)
        return self._substitute.claim(key, claimant, expiry)

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
