"""The collections ``imports`` (progress) and ``import_files`` (the file, until it has been read to its end)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bson import Binary
from pymongo import ASCENDING, IndexModel
from pymongo.client_session import ClientSession
from pymongo.database import Database

from chassis.refusals import NotFound

Document = dict[str, Any]

INDEXES = {
    "imports": [
        IndexModel([("state", ASCENDING), ("started_at", ASCENDING)], partialFilterExpression={"state": "running"}),
        IndexModel([("forget_at", ASCENDING)], expireAfterSeconds=0),
    ],
    "import_files": [IndexModel([("forget_at", ASCENDING)], expireAfterSeconds=0)],
}


def indexes(prefix: str) -> dict[str, list[IndexModel]]:
    """The indexes of ``ImportJobs(db, prefix)``."""
    return {prefix + name: models for name, models in INDEXES.items()}


# Rejections kept word for word; the others are counted.
MOST_REJECTED = 1_000


class ImportJobs:
    """Documents ``{_id, state, done, total, created, updated, unchanged, rejected, rejected_total, message,
    attempts, started_by, started_at, finished_at, forget_at}``.

    A service with several kinds of imports, each worked off by itself, gives the collections of a kind a ``prefix``.
    """

    def __init__(self, db: Database[Any], prefix: str = "") -> None:
        self._jobs = db[f"{prefix}imports"]
        self._files = db[f"{prefix}import_files"]

    def insert(self, job: Document, content: bytes, session: ClientSession | None) -> None:
        """A new import. The file first: a job is never without it."""
        file = {"_id": job["_id"], "content": Binary(content), "forget_at": job["forget_at"]}
        self._files.insert_one(file, session=session)
        self._jobs.insert_one(job, session=session)

    def get(self, job_id: str) -> Document | None:
        """The import."""
        return self._jobs.find_one({"_id": job_id})

    def progress(self, job_id: str) -> Document:
        """How far the import is, with its id for an answer; ``NotFound`` when there is none or it is forgotten."""
        job = self.get(job_id)
        if job is None:
            raise NotFound("import")
        return {**job, "id": job["_id"]}

    def next_running(self) -> Document | None:
        """The import that waits longest."""
        return self._jobs.find_one({"state": "running"}, sort=[("started_at", ASCENDING)])

    def content(self, job_id: str) -> bytes | None:
        """The file."""
        file = self._files.find_one({"_id": job_id})
        return bytes(file["content"]) if file else None

    def advance(
        self, job: Document, change: Mapping[str, Any], counts: Mapping[str, int], rejected: list[Document]
    ) -> bool:
        """Puts down what a batch did; False when another process did it first."""
        room = max(0, MOST_REJECTED - len(job["rejected"]))
        update: Document = {"$set": dict(change), "$inc": {**counts, "rejected_total": len(rejected)}}
        if rejected[:room]:
            update["$push"] = {"rejected": {"$each": rejected[:room]}}
        done = self._jobs.update_one({"_id": job["_id"], "state": "running", "done": job["done"]}, update)
        return done.matched_count == 1

    def begin_attempt(self, job_id: str) -> None:
        """Counts how often the job was taken up, so that one that kills its process is given up in the end."""
        self._jobs.update_one({"_id": job_id}, {"$inc": {"attempts": 1}})

    def drop_file(self, job_id: str) -> None:
        """The file is not needed any more; it holds personal data."""
        self._files.delete_one({"_id": job_id})
