"""Imports of old files: accepted at once, worked on in batches, taken up again where they stopped.

A file is known by its own number. Its case is written before the file is: whoever is killed between writes both again,
and the case, which has the file's id, is there already; a file that says it has a case always has one.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis import clock, offload
from chassis.imports import Contents, Taken, content_of, new_job, work_on
from chassis.refusals import NotFound
from chassis.tables import Limits, read_table
from contracts.call import Call
from contracts.tasks import operations
from services.tasks import old_file_table as table
from services.tasks.handlers.old_file_batches import Batch
from services.tasks.handlers.reading import signed_in
from services.tasks.model.calendar import local_day
from services.tasks.model.transitions import GUARDS
from services.tasks.store import TasksStore

Document = dict[str, Any]

# A cell may hold what an investigation found, and a line for each of many allegations.
LIMITS = Limits(cell=10_000)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def start_old_file_import(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """Keeps the table and begins soon."""
    actor = signed_in(call)
    content = content_of(request["content"], broken="old_files.import.broken", too_large="old_files.import.too_large")
    job = new_job(
        operations.OLD_FILE_IMPORT_ID_PREFIX,
        call,
        started_by_name=actor.name,
        dry_run=request["dry_run"],
        passed=0,
        opened=0,
        by_guard=dict.fromkeys(GUARDS, 0),
    )

    def effect(session: Any) -> Document:
        store.imports.insert(job, content, session)
        return {"id": job["_id"]}

    return store.once(call, request, operations.start_old_file_import, effect)


def get_old_file_import(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """How far it is, and the account of the rejected rows.

    For who handed the table in: what was rejected has no case yet whose rules would say who must keep out of it.
    """
    actor = signed_in(call)
    job = store.imports.progress(request["import_id"])
    if job["started_by"] != actor.id:
        raise NotFound("import")
    return job


def get_template(_store: TasksStore, _request: Mapping[str, Any], _call: Call) -> Document:
    """The workbook to begin with."""
    content = offload(table.template)
    return {"content": base64.b64encode(content).decode(), "file_name": "旧案导入模板.xlsx", "media_type": _XLSX}


def work_on_imports(store: TasksStore, now: datetime) -> None:
    """Works on what waits, oldest first, for one turn."""
    work_on(store.imports, _OldFiles(store), now)


@dataclass(frozen=True)
class _OldFiles:
    """The importer of old files."""

    store: TasksStore

    def read(self, content: bytes) -> Contents[table.OldFileRow]:
        reading = table.read_old_files(read_table(content, LIMITS), local_day(clock.now()))
        return Contents(reading.files, [_rejected(one) for one in reading.rejected], reading.total)

    def take(self, job: Document, rows: Sequence[table.OldFileRow], now: datetime) -> Taken:
        batch = Batch(self.store, job, rows)
        batch.work(now)
        return Taken(batch.counts, [_rejected(one) for one in batch.rejected])

    def message(self, reason: str) -> str:
        return f"old_files.import.{reason}"

    def ended(self, job: Document, state: str, now: datetime) -> None:
        """The job itself is the record of it."""


def _rejected(rejection: table.Rejection) -> Document:
    message = rejection.message
    return {
        "row": rejection.row,
        "field": rejection.field,
        # A sentence of a contract's own validation is a message already.
        "message": message if " " in message else f"old_files.import.{message}",
        "value": rejection.value[:200] if rejection.value else None,
        "right": f"old_files.right.{rejection.field}",
    }
