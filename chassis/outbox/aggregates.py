"""A collection whose documents carry their own pending events (the *embedded* form of the outbox).

One document, one write, one promise: the change and its events become durable together. Measured against a
transaction over two collections it costs about 60 % of the CPU (docs/decisions).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, DuplicateKeyError

from chassis import clock, group_commit, ids, inbox, tracing
from chassis.outbox.pending import PENDING, Document, Pending
from chassis.refusals import Stale
from contracts.envelope import seal
from contracts.event import Draft

_BOOKKEEPING = (PENDING, "sequence")
_DUPLICATE_KEY = 11000


def strip(document: Document) -> Document:
    """The document without the outbox's own fields; ``version`` stays."""
    return {key: value for key, value in document.items() if key not in _BOOKKEEPING}


class Aggregates:
    """Writes documents and their events as one. ``hand_over`` is given what each write outside of a transaction left
    pending, as soon as it is durable.

    Every document has ``version`` (1 and up, for optimistic locking) and ``sequence`` (of its last event).
    """

    def __init__(
        self,
        collection: Collection[Document],
        hand_over: Callable[[Sequence[Pending]], None] = lambda _: None,
        traceparent: Callable[[], str | None] = lambda: None,
    ) -> None:
        self.collection = collection
        self._inserts = group_commit.inserts(collection)
        self._hand_over = hand_over
        self._traceparent = traceparent

    def find_one(self, filter: Mapping[str, Any], session: ClientSession | None = None) -> Document | None:
        """The document, with its bookkeeping, as ``update`` wants it back; ``None`` when there is none."""
        return self.collection.find_one(filter, session=session)

    def insert(
        self, document: Document, events: Sequence[Draft] = (), session: ClientSession | None = None
    ) -> Document:
        """Writes a new document with its events. Raises ``DuplicateKeyError`` when it exists."""
        new = self._first_version(document, events)
        if session is None:
            self._inserts.write(new)
        else:
            self.collection.insert_one(new, session=session)
        self._tell([new], session)
        return new

    def insert_many(
        self, documents: Iterable[tuple[Document, Sequence[Draft]]], session: ClientSession | None = None
    ) -> set[Any]:
        """Writes many in one go; returns the ``_id`` of those that were there before, which stay as they are.

        A clash on another unique index than ``_id`` raises ``BulkWriteError``, like any other write error.
        """
        new = [self._first_version(document, events) for document, events in documents]
        if not new:
            return set()
        existed: set[Any] = set()
        try:
            self._insert_all(new, session)
        except BulkWriteError as error:
            existed = _existing_ids(error, new)
        inbox.count_duplicates(len(existed))
        self._tell([document for document in new if document["_id"] not in existed], session)
        return existed

    def update(
        self,
        document: Document,
        change: Mapping[str, Any],
        events: Sequence[Draft] = (),
        session: ClientSession | None = None,
    ) -> Document:
        """Applies ``change`` (update operators) if the document is still at ``document["version"]``.

        Returns the document as it is now. Raises ``Stale`` when somebody else was first (or it is gone).
        """
        update: dict[str, Any] = {operator: dict(fields) for operator, fields in change.items()}
        update.setdefault("$inc", {})["version"] = 1
        if events:
            first = document.get("sequence", 0) + 1
            update.setdefault("$set", {})["sequence"] = first + len(events) - 1
            update.setdefault("$push", {})[PENDING] = {"$each": self._seal(events, first)}
        guard = {"_id": document["_id"], "version": document["version"]}
        changed = self.collection.find_one_and_update(
            guard, update, return_document=ReturnDocument.AFTER, session=session
        )
        if changed is None:
            current = self.collection.find_one({"_id": document["_id"]}, {"version": 1}, session=session)
            raise Stale(current["version"] if current else None)
        if events:
            self._tell([changed], session)
        return changed

    def _insert_all(self, documents: Sequence[Document], session: ClientSession | None) -> None:
        if len(documents) > 1:
            self.collection.insert_many(documents, ordered=False, session=session)
            return
        try:
            # A third less work for the driver than a bulk of one.
            self.collection.insert_one(documents[0], session=session)
        except DuplicateKeyError as error:
            raise BulkWriteError({"writeErrors": [error.details], "writeConcernErrors": []}) from error

    def _first_version(self, document: Document, events: Sequence[Draft]) -> Document:
        new = {**document, "version": 1, "sequence": len(events)}
        if events:
            new[PENDING] = self._seal(events, 1)
        return new

    def _seal(self, events: Sequence[Draft], first: int) -> list[Document]:
        now, current = clock.now(), self._traceparent()
        hour = clock.to_the_hour(now)
        return [
            seal(
                draft,
                id=ids.new_id_as_of(hour) if draft.discreet else ids.new_id(),
                sequence=first + offset,
                time=hour if draft.discreet else now,
                traceparent=tracing.child(draft.cause) if draft.cause else current,
            )
            for offset, draft in enumerate(events)
        ]

    def _tell(self, written: Sequence[Document], session: ClientSession | None) -> None:
        # Within a transaction nothing is durable yet; ``Store.transaction`` has the relay look after the commit.
        pending = [Pending(document["_id"], document[PENDING]) for document in written if document.get(PENDING)]
        if pending and session is None:
            self._hand_over(pending)


def _existing_ids(error: BulkWriteError, documents: Sequence[Document]) -> set[Any]:
    failures: list[dict[str, Any]] = error.details["writeErrors"]
    by_id = [f for f in failures if f["code"] == _DUPLICATE_KEY and "_id" in f.get("keyPattern", {})]
    if len(by_id) < len(failures) or error.details["writeConcernErrors"]:
        raise error
    return {documents[failure["index"]]["_id"] for failure in by_id}
