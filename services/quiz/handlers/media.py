"""Pictures of questions: taken in cleaned, kept by their content, shown to those who may see the question."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from chassis import offload
from chassis.refusals import Invalid, NotFound
from contracts.call import Call
from services.quiz.files import Embedded, UnreadableFile
from services.quiz.handlers import review
from services.quiz.model import attempt as rules
from services.quiz.store import QuizStore

Document = dict[str, Any]
log = structlog.get_logger()

# So long a picture waits for the question that it was added for.
UNUSED_KEPT = timedelta(days=7)
_AT_ONCE = 100


def add(store: QuizStore, request: Document, call: Call) -> Document:
    """Keeps a picture; the same picture has the same id. ``Invalid`` names why it is not taken."""
    try:
        return take_in(store, base64.b64decode(request["content"], validate=True), call.now)
    except (binascii.Error, ValueError) as error:
        raise Invalid.field("file", "import.not_base64") from error
    except UnreadableFile as fault:
        raise Invalid.field("file", fault.code) from fault


def take_in(store: QuizStore, content: bytes, now: datetime, *, keep: bool = True) -> Document:
    """A picture drawn anew and, unless it is only looked at, kept. ``UnreadableFile`` when it is not taken."""
    picture = offload(_clean, content)
    id = hashlib.sha256(picture.content).hexdigest()
    about = {"media_type": picture.media_type, "width": picture.width, "height": picture.height, "added_at": now}
    if keep:
        store.media.add(id, picture.content, about, now)
    return {"id": id, **about, "size": len(picture.content)}


def get(store: QuizStore, request: Document) -> Document:
    """A picture of the bank, for those who write questions."""
    return _shown(store, request["media_id"])


def get_in_attempt(store: QuizStore, request: Document, call: Call) -> Document:
    """A picture of a question of the person's own attempt, while the attempt shows its questions; else ``NotFound``."""
    assert call.actor is not None
    attempt = store.attempts.get(request["attempt_id"])
    if attempt is None or attempt["person_id"] != call.actor.id:
        raise NotFound("attempt")
    exam, form = store.exams.get(attempt["exam_id"]), store.exams.form(attempt["form_id"])
    assert exam is not None
    assert form is not None
    over = attempt["state"] == rules.RUNNING and attempt["locks_at"] <= call.now
    asked = {picture["id"] for question in form["questions"] for picture in question.get("media") or ()}
    if over or request["media_id"] not in asked:
        raise NotFound("media")
    if not review.shows_questions(attempt, review.for_the_person(exam, call.now)):
        raise NotFound("media")
    return _shown(store, request["media_id"])


def check(store: QuizStore, pictures: Sequence[Document], now: datetime) -> None:
    """``Invalid`` names a picture of a question that was never added, or is gone again; the others stay for now."""
    ids = {picture["id"] for picture in pictures}
    if unknown := ids - store.media.touch(ids, now):
        place = next(place for place, picture in enumerate(pictures) if picture["id"] in unknown)
        raise Invalid.field(f"media.{place}.id", "question.unknown_media")


def kept(store: QuizStore, ids: Iterable[str]) -> dict[str, Embedded]:
    """The pictures as files carry them, by id."""
    return {one["_id"]: Embedded(one["content"], one["media_type"]) for one in store.media.many(ids)}


def forget_unused(store: QuizStore, now: datetime) -> int:
    """Deletes the pictures that no question has and none ever had, a week after they were last added or given to one;
    how many there were.

    Whatever a question had is in a revision, and none of those goes; so what was found in use is not looked at again,
    and what forms and practice sets show of former questions stays.
    """
    before, gone = now - UNUSED_KEPT, 0
    while found := store.media.unchecked(before, _AT_ONCE):
        for picture in found:
            if store.bank.has_picture(picture["_id"]) or store.revisions.have_picture(picture["_id"]):
                store.media.is_used(picture)
            else:
                gone += store.media.forget(picture)
    if gone:
        log.info("unused_pictures_forgotten", count=gone)
    return gone


def _clean(content: bytes) -> Any:
    # Pillow is loaded by the first picture: a service that sees none does without its memory.
    from services.quiz.files.picture import clean

    return clean(content)


def _shown(store: QuizStore, id: str) -> Document:
    found = store.media.get(id)
    if found is None:
        raise NotFound("media")
    return {"content": base64.b64encode(found["content"]).decode("ascii"), "media_type": found["media_type"]}
