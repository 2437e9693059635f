"""Pictures: ``_id`` is the SHA-256 (hex) of ``content``, so none ever changes and none is kept twice; with
``media_type``, ``width``, ``height`` and ``added_at``. Each fits one document, and so is whole or not there at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bson import Binary
from pymongo.database import Database

Document = dict[str, Any]


class Media:
    """The pictures; none is ever taken away, for former revisions and forms show them still."""

    def __init__(self, db: Database[Document]) -> None:
        self._media = db["media"]

    def add(self, id: str, content: bytes, about: Document) -> None:
        """Keeps a picture that is not kept yet."""
        self._media.update_one({"_id": id}, {"$setOnInsert": {"content": Binary(content), **about}}, upsert=True)

    def get(self, id: str) -> Document | None:
        """The picture, or None."""
        return self._media.find_one({"_id": id})

    def known(self, ids: Iterable[str]) -> set[str]:
        """Those of the ids that are kept."""
        wanted = list(ids)
        return {found["_id"] for found in self._media.find({"_id": {"$in": wanted}}, {"_id": 1})} if wanted else set()
