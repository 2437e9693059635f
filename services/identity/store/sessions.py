"""The collection ``sessions``: aggregates whose end others are told of; a refresh emits nothing and is one write."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument
from pymongo.client_session import ClientSession

from chassis.outbox.aggregates import Aggregates, Document, strip
from chassis.paging import page
from contracts.event import Draft
from services.identity.model.sessions import SessionState

INDEXES = {
    "sessions": [
        IndexModel([("person_id", ASCENDING), ("ended_at", ASCENDING)]),
        IndexModel([("ended_at", DESCENDING), ("_id", DESCENDING)]),
        IndexModel([("forget_at", ASCENDING)], expireAfterSeconds=0),
    ]
}
# How long a session is kept after its last day, so that its end has long been told.
KEPT = timedelta(days=7)


class Sessions:
    """Documents ``{_id, person_id, generation, digest, previous_digest, salt, rotated_at, idle_until, expires_at,
    created_at, ended_at, ended_why, forget_at, version}``."""

    def __init__(self, aggregates: Aggregates) -> None:
        self._aggregates = aggregates
        self._collection = aggregates.collection

    def get(self, session_id: str) -> Document | None:
        """The session."""
        return self._aggregates.find_one({"_id": session_id})

    def insert(self, document: Document) -> None:
        """A new session."""
        self._aggregates.insert(document | {"forget_at": document["expires_at"] + KEPT})

    def rotate(self, document: Document, change: Document) -> Document | None:
        """The session with its next token; None when it was rotated or ended meanwhile."""
        return self._collection.find_one_and_update(
            {"_id": document["_id"], "generation": document["generation"], "ended_at": None},
            {"$set": change},
            return_document=ReturnDocument.AFTER,
        )

    def alive_of(self, person_id: str, session: ClientSession | None = None) -> Iterator[Document]:
        """The person's sessions that have not ended."""
        yield from self._collection.find({"person_id": person_id, "ended_at": None}, session=session)

    def end(
        self,
        document: Document,
        event: Draft,
        now: datetime,
        why: str,
        session: ClientSession | None = None,
    ) -> Document:
        """The ended session. Raises ``Stale`` when somebody else ended it first."""
        change = {"ended_at": now, "ended_why": why, "forget_at": now + KEPT}
        return strip(self._aggregates.update(document, {"$set": change}, [event], session=session))

    def ended_since(self, moment: datetime, limit: int, cursor: str | None) -> Document:
        """Sessions that ended after ``moment``, newest first."""
        return page(
            self._collection,
            {"ended_at": {"$gt": moment}},
            sort=[("ended_at", DESCENDING), ("_id", DESCENDING)],
            limit=limit,
            cursor=cursor,
        )


def state_of(document: Document) -> SessionState:
    """What the rule of refresh tokens looks at."""
    fields: dict[str, Any] = {
        key: document[key]
        for key in ("generation", "digest", "previous_digest", "rotated_at", "idle_until", "expires_at")
    }
    return SessionState(**fields, ended=document["ended_at"] is not None)
