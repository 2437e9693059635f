"""The collection ``security_log``: written once, read by the auditor, dropped when its time is over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from chassis import ids
from chassis.paging import page

Document = dict[str, Any]

INDEXES = {
    "security_log": [
        IndexModel([("at", DESCENDING), ("_id", DESCENDING)]),
        IndexModel([("person_id", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)]),
        IndexModel([("what", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)]),
        IndexModel([("forget_at", ASCENDING)], expireAfterSeconds=0),
    ]
}


class SecurityRecords:
    """Documents ``{_id, at, what, person_id, actor_id, address_hash, details, forget_at}``."""

    def __init__(self, collection: Collection[Document]) -> None:
        self._collection = collection

    def add(
        self,
        what: str,
        *,
        at: datetime,
        kept: timedelta,
        person_id: str | None,
        actor_id: str | None = None,
        address_hash: str | None = None,
        details: Mapping[str, Any] | None = None,
        session: ClientSession | None = None,
    ) -> None:
        """One more record."""
        record = {
            "_id": ids.new_id(),
            "at": at,
            "what": what,
            "person_id": person_id,
            "actor_id": actor_id,
            "address_hash": address_hash,
            "details": dict(details or {}),
            "forget_at": at + kept,
        }
        self._collection.insert_one(record, session=session)

    def page(self, filters: Mapping[str, Any], limit: int, cursor: str | None) -> Document:
        """Newest first; by person, by kind, or all."""
        query = {key: filters[key] for key in ("person_id", "what") if filters.get(key) is not None}
        return page(
            self._collection,
            query,
            sort=[("at", DESCENDING), ("_id", DESCENDING)],
            limit=limit,
            cursor=cursor,
        )
