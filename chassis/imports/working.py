"""Working an import off: in batches, taken up again where it stopped (docs/decisions/0015-imports-as-jobs.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

import structlog

from chassis import clock, offload
from chassis.imports.jobs import Document, ImportJobs
from chassis.tables import UnreadableTable

log = structlog.get_logger()

R = TypeVar("R")

BATCH = 200
# How long one turn goes on before the next look at what waits.
TURN = timedelta(seconds=20)
# Taken up so often without getting a batch further, an import is given up.
MOST_ATTEMPTS = 5


@dataclass(frozen=True)
class Contents(Generic[R]):
    """A file, read: the valid rows, the rejections of the others as documents, and how many rows it has."""

    rows: Sequence[R]
    rejected: list[Document]
    total: int


@dataclass(frozen=True)
class Taken:
    """What a batch did: what to add to the job's counts, and the rejections that only showed now."""

    counts: Mapping[str, int] = field(default_factory=dict)
    rejected: list[Document] = field(default_factory=list)


class Importer(Protocol[R]):
    """What one kind of import does with its file."""

    def read(self, content: bytes) -> Contents[R]:
        """The rows; raises ``UnreadableTable``. Called in a native thread."""

    def take(self, job: Document, rows: Sequence[R], now: datetime) -> Taken:
        """Writes a batch. A second time, after a crash, it changes nothing and counts the same."""

    def message(self, reason: str) -> str:
        """The text code of why an import failed."""

    def ended(self, job: Document, state: str, now: datetime) -> None:
        """The import is ``done`` or ``failed``."""


def work_on(jobs: ImportJobs, importer: Importer[Any], now: datetime) -> None:
    """Works on what waits, oldest first, for one turn."""
    while clock.now() - now < TURN:
        job = jobs.next_running()
        if job is None:
            return
        _work(jobs, importer, job, now + TURN)


def _work(jobs: ImportJobs, importer: Importer[R], job: Document, until: datetime) -> None:
    if job["attempts"] >= MOST_ATTEMPTS:
        _finish(jobs, importer, job, "failed", "interrupted")
        return
    jobs.begin_attempt(job["_id"])
    content = jobs.content(job["_id"])
    try:
        if content is None:
            raise UnreadableTable("broken")
        contents = offload(importer.read, content)
    except UnreadableTable as error:
        _finish(jobs, importer, job, "failed", error.reason)
        return
    if job["done"] < 0:
        change = {"done": 0, "total": contents.total, "attempts": 0}
        if not jobs.advance(job, change, {}, contents.rejected):
            return
    _work_on_rows(jobs, importer, job["_id"], contents.rows, until)


def _work_on_rows(jobs: ImportJobs, importer: Importer[R], job_id: str, rows: Sequence[R], until: datetime) -> None:
    while clock.now() < until:
        job = jobs.get(job_id)
        if job is None or job["state"] != "running":
            return
        rest = rows[job["done"] : job["done"] + BATCH]
        if not rest:
            _finish(jobs, importer, job, "done", None)
            return
        taken = importer.take(job, rest, clock.now())
        change = {"done": job["done"] + len(rest), "attempts": 0}
        if not jobs.advance(job, change, taken.counts, taken.rejected):
            return


def _finish(jobs: ImportJobs, importer: Importer[Any], job: Document, state: str, reason: str | None) -> None:
    now = clock.now()
    change = {"state": state, "message": importer.message(reason) if reason else None, "finished_at": now}
    if jobs.advance(job, change, {}, []):
        jobs.drop_file(job["_id"])
        importer.ended(job, state, now)
        log.info("import finished", import_id=job["_id"], state=state, reason=reason)
