"""Pictures: ``_id`` is the SHA-256 (hex) of ``content``, so none ever changes and none is kept twice; with
``media_type``, ``width``, ``height`` and ``added_at``. Each fits one document, and so is whole or not there at all.

``unchecked_since``: when it was last added or given to a question; it goes when it was found that a question has it.
Pictures of before there was this field are taken for used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from bson import Binary
from pymongo import ASCENDING, IndexModel
from pymongo.database import Database

Document = dict[str, Any]


class Media:
    """The pictures; what a question has or had is never taken away, for former revisions and forms show it still."""

    INDEXES: ClassVar[Mapping[str, Sequence[IndexModel]]] = {
        "media": [IndexModel([("unchecked_since", ASCENDING)], name="unchecked", sparse=True)]
    }

    def __init__(self, db: Database[Document]) -> None:
        self._media = db["media"]

    def add(self, id: str, content: bytes, about: Document, now: datetime) -> None:
        """Keeps a picture that is not kept yet, and any for a while longer."""
        new = {"content": Binary(content), **about}
        self._media.update_one({"_id": id}, {"$setOnInsert": new, "$set": {"unchecked_since": now}}, upsert=True)

    def touch(self, ids: Iterable[str], now: datetime) -> set[str]:
        """Those of the ids that are kept, and now for a while longer: what is given to a question does not go before
        the question is stored.
        """
        wanted = list(ids)
        if wanted:
            self._media.update_many({"_id": {"$in": wanted}}, {"$set": {"unchecked_since": now}})
        return self.known(wanted)

    def get(self, id: str) -> Document | None:
        """The picture, or None."""
        return self._media.find_one({"_id": id})

    def many(self, ids: Iterable[str]) -> list[Document]:
        """Those of the pictures that are kept."""
        return list(self._media.find({"_id": {"$in": list(ids)}}))

    def known(self, ids: Iterable[str]) -> set[str]:
        """Those of the ids that are kept."""
        wanted = list(ids)
        return {found["_id"] for found in self._media.find({"_id": {"$in": wanted}}, {"_id": 1})} if wanted else set()

    def sizes(self, ids: Iterable[str]) -> dict[str, int]:
        """How many bytes each of those that are kept has."""
        found = self._media.find({"_id": {"$in": list(ids)}}, {"size": {"$binarySize": "$content"}})
        return {one["_id"]: one["size"] for one in found}

    def unchecked(self, before: datetime, limit: int) -> list[Document]:
        """Pictures that were last added or given to a question before this, without their content; the longest ago
        first.
        """
        found = self._media.find({"unchecked_since": {"$lt": before}}, {"unchecked_since": 1})
        return list(found.sort("unchecked_since", ASCENDING).limit(limit))

    def is_used(self, picture: Document) -> None:
        """A question has it, or had it: it stays. Nothing when it was given to one meanwhile."""
        self._media.update_one(_as_read(picture), {"$unset": {"unchecked_since": ""}})

    def forget(self, picture: Document) -> int:
        """Deletes it, unless it was added or given to a question since it was read; 1 when it is gone by this."""
        return self._media.delete_one(_as_read(picture)).deleted_count


def _as_read(picture: Document) -> Document:
    return {"_id": picture["_id"], "unchecked_since": picture["unchecked_since"]}
