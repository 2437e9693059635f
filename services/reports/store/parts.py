"""Sealed parts in MongoDB, in GridFS's documented form, so that any tool for it lists and fetches the sealed files.

https://github.com/mongodb/specifications/blob/master/source/gridfs/gridfs-spec.md. Written by ourselves and not by
a driver's bucket for three reasons: a part is durable, and can be sent again, before the file is complete; the ids
of chunks hold no time; ``uploadDate`` is cut to the hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pymongo import ASCENDING, IndexModel
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from chassis.outbox.aggregates import Document
from services.reports.attachments.parts import Overtaken, PartMissing, Place
from services.reports.attachments.sealing import SEALED_PART_BYTES

BUCKET = "attachments"
FILES = f"{BUCKET}.files"
CHUNKS = f"{BUCKET}.chunks"

INDEXES = {
    FILES: [IndexModel([("filename", ASCENDING), ("uploadDate", ASCENDING)])],
    CHUNKS: [IndexModel([("files_id", ASCENDING), ("n", ASCENDING)], unique=True)],
}


class GridFsParts:
    """A ``Parts`` store. One copy of an attachment is one GridFS file, ``<attachment>.<copy>``."""

    def __init__(self, database: Database[Document]) -> None:
        self._files: Collection[Document] = database[FILES]
        self._chunks: Collection[Document] = database[CHUNKS]

    def put(self, place: Place, sealed: bytes) -> None:
        """See ``Parts``."""
        where = {"files_id": file_id(place.attachment_id, place.copy), "n": place.number}
        what = {"data": sealed, "write": place.write}
        try:
            self._chunks.insert_one({"_id": f"{where['files_id']}.{place.number}", **where, **what})
        except DuplicateKeyError:
            replaced = self._chunks.update_one({**where, "write": {"$lte": place.write}}, {"$set": what})
            if not replaced.matched_count:
                raise Overtaken from None

    def get(self, place: Place) -> bytes:
        """See ``Parts``."""
        where = {"files_id": file_id(place.attachment_id, place.copy), "n": place.number}
        chunk = self._chunks.find_one(where, {"data": 1})
        if chunk is None:
            raise PartMissing
        data: bytes = chunk["data"]
        return data

    def forget(self, place: Place) -> None:
        """See ``Parts``. A later write has taken the place of an earlier one."""

    def complete(self, attachment_id: str, copy: str, parts: int, sealed_bytes: int, at: datetime) -> None:
        """See ``Parts``."""
        id = file_id(attachment_id, copy)
        file = {
            "length": sealed_bytes,
            "chunkSize": SEALED_PART_BYTES,
            "uploadDate": at,
            "filename": id,
            "metadata": {"attachment_id": attachment_id, "copy": copy, "parts": parts},
        }
        self._files.replace_one({"_id": id}, file, upsert=True)

    def erase(self, attachment_id: str, copies: Sequence[str]) -> None:
        """See ``Parts``."""
        ids = [file_id(attachment_id, copy) for copy in copies]
        self._files.delete_many({"_id": {"$in": ids}})
        self._chunks.delete_many({"files_id": {"$in": ids}})


def file_id(attachment_id: str, copy: str) -> str:
    """``_id`` and ``filename`` of a copy's file; the name that its sender gave it is sealed elsewhere."""
    return f"{attachment_id}.{copy}"
