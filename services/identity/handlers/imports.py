"""Imports of people: accepted at once, worked on in batches, taken up again where they stopped.

What is done to each person carries the import and the row, so a batch that is run again after a crash changes nothing
and is counted the same.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import structlog
from pymongo.client_session import ClientSession

from chassis import clock, ids, offload
from chassis.refusals import Invalid, NotFound
from contracts.call import Call
from contracts.identity import operations
from contracts.identity.organisation import DUTIES, LINE_DUTIES, LINES, ROLES
from services.identity.handlers.import_batches import Batch
from services.identity.model.columns import PersonRow, Reading, Rejection, Vocabulary, read_people, vocabulary
from services.identity.model.tables import Limits, UnreadableTable
from services.identity.settings import IdentitySettings
from services.identity.spreadsheets import read_table
from services.identity.store import IdentityStore

log = structlog.get_logger()

Document = dict[str, Any]
Request = dict[str, Any]

LIMITS = Limits()
MOST_BYTES = 10 * 1024 * 1024
_BATCH = 200
# How long one turn goes on before the next look at what waits.
_TURN = timedelta(seconds=20)
# Taken up so often without getting a batch further, an import is given up.
_MOST_ATTEMPTS = 5
_KEPT = timedelta(days=30)


def start_people_import(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> Document:
    """Keeps the file and begins soon."""
    content = _content(request["content"])
    job = {
        "_id": operations.IMPORT_ID_PREFIX + ids.new_id(),
        "state": "running",
        # -1: the file has not been read yet; then the number of valid rows that are dealt with
        "done": -1,
        "attempts": 0,
        "total": 0,
        "created": 0,
        "updated": 0,
        "unchanged": 0,
        "rejected": [],
        "rejected_total": 0,
        "message": None,
        "started_by": call.actor.id if call.actor else None,
        "started_at": call.now,
        "finished_at": None,
        "forget_at": call.now + _KEPT,
    }

    def effect(session: ClientSession | None) -> Document:
        store.imports.insert(job, content, session)
        return {"id": job["_id"]}

    return store.once(call, request, operations.start_people_import, effect)


def get_import(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> Document:
    """How far it is."""
    job = store.imports.get(request["import_id"])
    if job is None:
        raise NotFound("import")
    return {**job, "id": job["_id"]}


def work_on_imports(store: IdentityStore, settings: IdentitySettings, now: datetime) -> None:
    """Works on what waits, oldest first, for one turn."""
    while clock.now() - now < _TURN:
        job = store.imports.next_running()
        if job is None:
            return
        _work(store, settings, job, now + _TURN)


def _work(store: IdentityStore, settings: IdentitySettings, job: Document, until: datetime) -> None:
    if job["attempts"] >= _MOST_ATTEMPTS:
        _finish(store, settings, job, "failed", "interrupted")
        return
    store.imports.begin_attempt(job["_id"])
    content = store.imports.content(job["_id"])
    try:
        if content is None:
            raise UnreadableTable("broken")
        reading = offload(_read, content)
    except UnreadableTable as error:
        _finish(store, settings, job, "failed", error.reason)
        return
    if job["done"] < 0:
        change = {"done": 0, "total": reading.total, "attempts": 0}
        if not store.imports.advance(job, change, {}, [_rejected(one) for one in reading.rejected]):
            return
    _work_on_rows(store, settings, job["_id"], reading.people, until)


def _work_on_rows(
    store: IdentityStore, settings: IdentitySettings, job_id: str, rows: list[PersonRow], until: datetime
) -> None:
    while clock.now() < until:
        job = store.imports.get(job_id)
        if job is None or job["state"] != "running":
            return
        rest = rows[job["done"] : job["done"] + _BATCH]
        if not rest:
            _finish(store, settings, job, "done", None)
            return
        batch = Batch(store, settings, job, rest)
        batch.work(clock.now())
        change = {"done": job["done"] + len(rest), "attempts": 0}
        if not store.imports.advance(job, change, batch.counts, [_rejected(one) for one in batch.rejected]):
            return


def _finish(store: IdentityStore, settings: IdentitySettings, job: Document, state: str, reason: str | None) -> None:
    message = f"identity.import.{reason}" if reason else None
    now = clock.now()
    change = {"state": state, "message": message, "finished_at": now}
    if store.imports.advance(job, change, {}, []):
        store.imports.drop_file(job["_id"])
        store.records.add(
            "people_imported",
            at=now,
            kept=settings.log_kept,
            person_id=None,
            actor_id=job["started_by"],
            details={"import_id": job["_id"], "state": state},
        )
        log.info("import finished", import_id=job["_id"], state=state, reason=reason)


def _rejected(rejection: Rejection) -> Document:
    message = rejection.message
    # A sentence of a contract's own validation is a message already.
    code = message if " " in message else f"identity.import.{message}"
    value = rejection.value[:200] if rejection.value else None
    return {"row": rejection.row, "field": rejection.field, "message": code, "value": value}


def _read(content: bytes) -> Reading:
    return read_people(read_table(content, LIMITS), _vocabulary())


@cache
def _vocabulary() -> Vocabulary:
    def names(table: Any) -> dict[str, str]:
        return vocabulary((name.code, (name.zh, name.en, *name.aliases)) for name in table)

    own_duties = [duty for duty in DUTIES if duty.code not in LINE_DUTIES and not duty.code.startswith("linked_")]
    return Vocabulary(lines=names(LINES), roles=names(ROLES), duties=names(own_duties))


def _content(text: str) -> bytes:
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid.field("file", "identity.import.broken") from error
    if len(content) > MOST_BYTES:
        raise Invalid.field("file", "identity.import.too_large")
    return content
