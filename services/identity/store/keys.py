"""The collection ``signing_keys``: a handful of documents, remembered by each process for a short while."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

Document = dict[str, Any]

INDEXES = {
    "signing_keys": [
        IndexModel([("slot", ASCENDING), ("revision", ASCENDING)], unique=True),
        IndexModel([("published_until", ASCENDING)], expireAfterSeconds=0),
    ]
}
# A new or revoked key is noticed by every replica within this many seconds.
REMEMBERED_SECONDS = 15.0


class SigningKeys:
    """Documents ``{_id: kid, slot, revision, x, sealed, created_at, published_until, revoked_at}``."""

    def __init__(self, collection: Collection[Document]) -> None:
        self._collection = collection
        self._remembered: list[Document] = []
        self._until = 0.0

    def published(self, now: datetime) -> list[Document]:
        """The keys that verifiers may trust, oldest first; from memory when looked up within some seconds."""
        if time.monotonic() >= self._until:
            self.refresh()
        return [key for key in self._remembered if key["published_until"] > now and key["revoked_at"] is None]

    def all(self) -> list[Document]:
        """Every key that is kept, revoked ones too."""
        return list(self._collection.find({}).sort([("slot", ASCENDING), ("revision", ASCENDING)]))

    def refresh(self) -> None:
        """Looks them up now."""
        self._remembered = self.all()
        self._until = time.monotonic() + REMEMBERED_SECONDS

    def insert(self, key: Document) -> bool:
        """A new key; False when another replica made the slot's key first."""
        try:
            self._collection.insert_one(key)
        except DuplicateKeyError:
            return False
        finally:
            self._until = 0.0
        return True

    def revoke(self, kid: str, now: datetime) -> Document | None:
        """The key that is trusted no more; None when there is none of that id."""
        key = self._collection.find_one_and_update({"_id": kid}, {"$set": {"revoked_at": now}})
        self._until = 0.0
        return key
