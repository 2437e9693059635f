"""Imports of questions: taken in at once, worked off in the background, resumed after a crash."""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from dataclasses import asdict
from datetime import datetime
from typing import Any

import structlog

from chassis import offload
from chassis.ids import derived_id, new_id
from chassis.refusals import Invalid, NotFound
from contracts.call import Call
from contracts.quiz import operations
from services.quiz import files
from services.quiz.handlers.questions import new_document
from services.quiz.model.question import same_content
from services.quiz.store import QuizStore

Document = dict[str, Any]
log = structlog.get_logger()

BATCH = 200
# A file that brings the process down again and again is given up.
MAX_TRIES = 5


def start(store: QuizStore, request: Document, call: Call) -> Document:
    """Keeps the file and answers; ``work_off`` does the rest."""
    try:
        content = base64.b64decode(request["content"], validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid.field("file", "import.not_base64") from error
    started = {
        "_id": operations.IMPORT_ID_PREFIX + new_id(),
        "person_id": call.actor.id if call.actor else None,
        "file_name": request["file_name"],
        "format": request["format"],
        "state": "running",
        "message": None,
        "position": 0,
        "tries": 0,
        **dict.fromkeys(("total", "created", "updated", "unchanged", "rejected_total"), 0),
        "rejected": [],
        "started_at": call.now,
        "finished_at": None,
    }

    def effect(session: Any) -> Document:
        store.imports.insert(started, content, session)
        return {"id": started["_id"]}

    return store.once(call, request, operations.import_questions, effect)


def get(store: QuizStore, request: Document) -> Document:
    """How far the import is, and what was rejected so far."""
    found = store.imports.get(request["import_id"])
    if found is None:
        raise NotFound("import")
    return {**found, "id": found["_id"]}


def work_off(store: QuizStore, now: datetime) -> None:
    """Works off every import that is not at its end, the oldest first; each goes on where it was left."""
    while running := store.imports.next_running():
        if running["tries"] > MAX_TRIES:
            store.imports.finish(running["_id"], "failed", "import.given_up", now)
            continue
        try:
            _work_off_one(store, running, now)
        except files.UnreadableFile as fault:
            log.info("import_unreadable", import_id=running["_id"], code=fault.code)
            store.imports.finish(running["_id"], "failed", fault.code, now)


def _work_off_one(store: QuizStore, running: Document, now: datetime) -> None:
    id = running["_id"]
    content = store.imports.content(id)
    parsed = offload(files.read, content, running["file_name"], running["format"])
    store.imports.read(id, parsed.format, len(parsed.rows))
    for position in range(running["position"], len(parsed.rows), BATCH):
        rows = parsed.rows[position : position + BATCH]
        counts, rejected = _take(store, id, rows, now)
        if not store.imports.advance(id, position, position + len(rows), counts, rejected):
            # Another replica has taken over; what both did was the same.
            return
    store.imports.finish(id, "done", None, now)
    log.info("import_done", import_id=id, rows=len(parsed.rows))


def _take(store: QuizStore, id: str, rows: list[files.Row], now: datetime) -> tuple[dict[str, int], list[Document]]:
    """Writes the rows into the bank; the counts by effect, and the rejected. Twice is the same as once."""
    known = store.bank.by_keys(row.content.key for row in rows if row.content)
    counts: Counter[str] = Counter(created=0, updated=0, unchanged=0, rejected_total=0)
    new, changed, rejected = [], [], []
    for row in rows:
        if row.content is None:
            counts["rejected_total"] += 1
            rejected += [asdict(fault) for fault in row.rejected]
            continue
        before = known.get(row.content.key)
        effect = _effect(before, row, id)
        counts[effect] += 1
        mark = {"id": id, "row": row.row, "effect": effect}
        if before is None:
            new.append(new_document(derived_id("question", row.content.key), row.content, now, mark))
        elif effect == "updated":
            fields = row.content.as_fields() | {"imported": mark, "updated_at": now}
            changed.append((before["_id"], fields))
    store.bank.import_questions(new, changed)
    return dict(counts), rejected


def _effect(before: Document | None, row: files.Row, import_id: str) -> str:
    """What the row does to the bank, or did when this import was cut short after it."""
    assert row.content is not None
    if before is None:
        return "created"
    mark = before.get("imported") or {}
    if mark.get("id") == import_id and mark.get("row") == row.row:
        return str(mark["effect"])
    return "unchanged" if same_content(before, row.content) else "updated"
