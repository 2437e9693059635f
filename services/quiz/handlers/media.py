"""Pictures of questions: taken in cleaned, kept by their content, shown to those who may see the question."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any

from chassis import offload
from chassis.refusals import Invalid, NotFound
from contracts.call import Call
from services.quiz.files.faults import UnreadableFile
from services.quiz.handlers import review
from services.quiz.model import attempt as rules
from services.quiz.model.question import Content
from services.quiz.store import QuizStore

Document = dict[str, Any]


def add(store: QuizStore, request: Document, call: Call) -> Document:
    """Keeps a picture; the same picture has the same id. ``Invalid`` names why it is not taken."""
    try:
        picture = offload(_clean, base64.b64decode(request["content"], validate=True))
    except (binascii.Error, ValueError) as error:
        raise Invalid.field("file", "import.not_base64") from error
    except UnreadableFile as fault:
        raise Invalid.field("file", fault.code) from fault
    id = hashlib.sha256(picture.content).hexdigest()
    kept = {"media_type": picture.media_type, "width": picture.width, "height": picture.height, "added_at": call.now}
    store.media.add(id, picture.content, kept)
    return {"id": id, **kept, "size": len(picture.content)}


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


def check(store: QuizStore, content: Content) -> None:
    """``Invalid`` names every picture of a question that was never added."""
    ids = {id for _, id, _ in content.media}
    if unknown := ids - store.media.known(ids):
        place = next(place for place, (_, id, _) in enumerate(content.media) if id in unknown)
        raise Invalid.field(f"media.{place}.id", "question.unknown_media")


def _clean(content: bytes) -> Any:
    # Pillow is loaded by the first picture: a service that sees none does without its memory.
    from services.quiz.files.picture import clean

    return clean(content)


def _shown(store: QuizStore, id: str) -> Document:
    found = store.media.get(id)
    if found is None:
        raise NotFound("media")
    return {"content": base64.b64encode(found["content"]).decode("ascii"), "media_type": found["media_type"]}
