"""Imports of questions: taken in at once, worked off in the background, resumed after a crash."""

from __future__ import annotations

import base64
import binascii
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import structlog

from chassis import offload
from chassis.ids import derived_id, new_id
from chassis.refusals import Invalid, NotFound, Stale
from contracts.call import Call
from contracts.quiz import operations
from services.quiz import files
from services.quiz.handlers import media
from services.quiz.handlers.questions import bureau_day, former_revision, new_document
from services.quiz.model.question import STEM, Content, same_content
from services.quiz.model.retirement import state_after
from services.quiz.store import QuizStore
from services.quiz.store.imports import COUNTED, Taken

Document = dict[str, Any]
log = structlog.get_logger()

BATCH = 200
# How often a batch yields to somebody who changes its questions at the same moment.
TRIES = 5
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
        "dry_run": request["dry_run"],
        "state": "running",
        "message": None,
        "position": 0,
        "tries": 0,
        **dict.fromkeys(("total", *COUNTED), 0),
        "rejected": [],
        "omitted": [],
        "duplicates": [],
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
    return {**found, "id": found["_id"], "processed": found["position"]}


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
        taken = _take(store, running, rows, now)
        if not store.imports.advance(id, position, position + len(rows), taken):
            # Another replica has taken over; what both did was the same.
            return
    store.imports.finish(id, "done", None, now)
    log.info("import_done", import_id=id, rows=len(parsed.rows), dry_run=running.get("dry_run", False))


def _take(store: QuizStore, running: Document, rows: list[files.Row], now: datetime) -> Taken:
    """Writes the rows into the bank, unless it is a dry run; what became of each. Twice is the same as once."""
    rows = _with_pictures_kept(store, rows, now, keep=not running.get("dry_run"))
    for _ in range(TRIES):
        known = store.bank.by_keys(row.content.key for row in rows if row.content)
        taken, new, changed = _sorted(running["_id"], rows, known, now)
        if running.get("dry_run"):
            return taken
        store.revisions.keep([former_revision(before, now) for before, _ in changed])
        if store.bank.import_questions(new, [(before["_id"], before["version"], fields) for before, fields in changed]):
            return taken
        # Somebody changed a question in between: what they wrote becomes a revision too.
    raise Stale


def _sorted(
    id: str, rows: list[files.Row], known: dict[str, Document], now: datetime
) -> tuple[Taken, list[Document], list[tuple[Document, Document]]]:
    """The account of the rows, the questions to add, and those to change with their new fields."""
    taken, new, changed = Taken(), [], []
    for row in rows:
        if row.content is None:
            taken.counts["rejected_total"] += 1
            taken.rejected += [asdict(fault) for fault in row.rejected]
            continue
        taken.counts["omitted_total"] += len(row.omitted)
        taken.omitted += [asdict(fault) for fault in row.omitted]
        before = known.get(row.content.key)
        content = row.content if before is None else _with_those_before(row.content, before)
        applied = _applied(before, id, row.row)
        effect = applied or _effect(before, content)
        taken.counts[effect] += 1
        if before is not None and effect != "created":
            taken.duplicates.append({"row": row.row, "question_id": before["_id"], "effect": effect})
        mark = {"id": id, "row": row.row, "effect": effect}
        if before is None:
            new.append(new_document(derived_id("question", content.key), content, now, mark))
        elif effect == "updated" and not applied:
            state = state_after(before, content, bureau_day(now))
            changed.append((before, content.as_fields() | state | {"imported": mark, "updated_at": now}))
    return taken, new, changed


def _with_pictures_kept(store: QuizStore, rows: list[files.Row], now: datetime, *, keep: bool) -> list[files.Row]:
    """The rows with their pictures as they are kept here; one whose picture is not taken is rejected.

    A picture that comes back as it was handed out is that one: drawn anew, it would be another.
    """
    contents = {id: content for row in rows for id, content in row.pictures.items()}
    there = store.media.touch(contents, now) if keep else store.media.known(contents)
    taken, faults = {id: id for id in there}, {}
    for id, content in contents.items():
        if id not in there:
            try:
                taken[id] = media.take_in(store, content, now, keep=keep)["id"]
            except files.UnreadableFile as fault:
                faults[id] = fault.code
    return [_with_pictures(row, taken, faults) for row in rows]


def _with_pictures(row: files.Row, taken: dict[str, str], faults: dict[str, str]) -> files.Row:
    if row.content is None:
        return row
    wrong = [files.Rejected(row.row, "media", faults[id], alt) for _, id, alt in row.content.media if id in faults]
    if wrong:
        return replace(row, content=None, rejected=wrong)
    shown = tuple((place, taken[id], alt) for place, id, alt in row.content.media)
    return replace(row, content=replace(row.content, media=shown))


def _with_those_before(content: Content, before: Document) -> Content:
    """The content with what the question has and the file does not speak of: whether its options are fixed, and its
    pictures, where the file shows none. Most formats hold none, so no file takes them away.
    """
    if content.fixed_options is None and content.options:
        content = replace(content, fixed_options=bool(before.get("fixed_options")))
    if content.media:
        return content
    places = {STEM, *(key for key, _ in content.options)}
    kept = [one for one in before.get("media") or () if one["place"] in places]
    return replace(content, media=tuple((one["place"], one["id"], one["alt"]) for one in kept))


def _applied(before: Document | None, import_id: str, row: int) -> str | None:
    """What this import did with the row already, when it was cut short after it."""
    mark = (before or {}).get("imported") or {}
    return str(mark["effect"]) if mark.get("id") == import_id and mark.get("row") == row else None


def _effect(before: Document | None, content: Content) -> str:
    """What the row does to the bank."""
    if before is None:
        return "created"
    return "unchanged" if same_content(before, content) else "updated"
