"""Writes that several requests ask for at the same time, made durable together.

What a durable write costs (a command, its journal, its acknowledgement by the majority) hardly depends on how many
documents it carries. As in PostgreSQL's ``commit_delay`` and ``commit_siblings``
(https://www.postgresql.org/docs/current/runtime-config-wal.html), who writes alone never waits; while there is
company, the first of a group waits a moment for the others.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from pymongo import UpdateOne
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, DuplicateKeyError, WriteError

Write = TypeVar("Write")
Outcome = TypeVar("Outcome")
Document = dict[str, Any]

# The first of a group waits as long as others keep coming, looking so often and so many times at most; company is
# expected for so long after it was last seen.
GATHER_SECONDS = 0.005
MOST_LOOKS = 4
COMPANY_SECONDS = 0.25
# So many writes at most in one command.
MOST = 100
_DUPLICATE_KEY = 11000


class Abandoned(Exception):
    """The greenlet that was writing for others was killed; whether it was done is not known."""

    tellable = True


class GroupCommit(Generic[Write, Outcome]):
    """Safe for greenlets and threads. ``commit`` makes some writes durable and tells of each, in order, what became
    of it; an exception there is the outcome of that write alone, one that it raises that of all.
    """

    def __init__(self, commit: Callable[[Sequence[Write]], Sequence[Outcome | Exception]]) -> None:
        self._commit = commit
        self._lock = threading.Lock()
        self._waiting: list[_Entry[Write, Outcome]] = []
        self._led = False
        self._company_seen = float("-inf")

    def write(self, write: Write) -> Outcome:
        """Returns when ``write`` is durable; raises what became of it instead."""
        entry: _Entry[Write, Outcome] = _Entry(write)
        with self._lock:
            self._waiting.append(entry)
            if self._led:
                self._company_seen = time.monotonic()
            else:
                self._led = entry.leads = True
        if not entry.leads:
            entry.turn.wait()
        if entry.leads:
            self._lead()
        if isinstance(entry.outcome, Exception):
            raise entry.outcome
        return entry.outcome

    def _lead(self) -> None:
        group: list[_Entry[Write, Outcome]] = []
        outcomes: Sequence[Outcome | Exception] | None = None
        try:
            try:
                if time.monotonic() - self._company_seen < COMPANY_SECONDS:
                    self._gather()
            finally:
                with self._lock:
                    group, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            outcomes = self._commit([entry.write for entry in group])
        except Exception as error:
            outcomes = [error] * len(group)
        finally:
            # Whatever ends this greenlet, those who wait must not do so for ever.
            self._hand_on()
            for entry, outcome in zip(group, outcomes or [Abandoned()] * len(group), strict=True):
                entry.outcome = outcome
                entry.turn.set()

    def _gather(self) -> None:
        for _ in range(MOST_LOOKS):
            before = len(self._waiting)
            time.sleep(GATHER_SECONDS)
            if len(self._waiting) == before:
                return

    def _hand_on(self) -> None:
        with self._lock:
            self._led = bool(self._waiting)
            if self._led:
                self._waiting[0].leads = True
                self._waiting[0].turn.set()


class _Entry(Generic[Write, Outcome]):
    outcome: Outcome | Exception

    def __init__(self, write: Write) -> None:
        self.write = write
        # Set when it is this one's turn to lead, or when another has made its write.
        self.turn = threading.Event()
        self.leads = False


def inserts(collection: Collection[Document]) -> GroupCommit[Document, None]:
    """Inserts of documents; ``DuplicateKeyError`` as from ``insert_one``."""

    def commit(documents: Sequence[Document]) -> Sequence[Exception | None]:
        if len(documents) == 1:
            collection.insert_one(documents[0])
            return [None]
        outcomes: list[Exception | None] = [None] * len(documents)
        try:
            collection.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            if error.details["writeConcernErrors"]:
                raise
            for failure in error.details["writeErrors"]:
                kind = DuplicateKeyError if failure["code"] == _DUPLICATE_KEY else WriteError
                outcomes[failure["index"]] = kind(failure["errmsg"], failure["code"], failure)
        return outcomes

    return GroupCommit(commit)


def guarded_updates(collection: Collection[Document]) -> GroupCommit[UpdateOne, bool]:
    """Updates of one document each; whether its filter found it.

    Of several in one command the server tells only how many were found. When it is not all, each is tried again by
    itself, so an update must not find its document a second time (a version, a sequence in the filter): it then
    answers ``False`` for what has just been done, as after any repetition.
    """

    def commit(updates: Sequence[UpdateOne]) -> Sequence[bool | Exception]:
        if len(updates) > 1 and collection.bulk_write(updates, ordered=False).matched_count == len(updates):
            return [True] * len(updates)
        return [collection.bulk_write([update]).matched_count == 1 for update in updates]

    return GroupCommit(commit)
