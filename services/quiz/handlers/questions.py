"""The question bank: making, changing and listing questions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import structlog

from chassis.clock import BUREAU_ZONE
from chassis.ids import new_id
from chassis.refusals import NotFound, Stale
from contracts.call import Call
from contracts.quiz import operations
from services.quiz.handlers import media
from services.quiz.model.question import Content, category_code, content_of, same_content
from services.quiz.model.retirement import ACTIVE, EXPIRED, state_after
from services.quiz.store import QuizStore

Document = dict[str, Any]
log = structlog.get_logger()

_FILTERS = {"type": "type", "category": "category", "difficulty": "difficulty"} | {
    "tag": "tags",
    "line": "lines",
    "state": "state",
    "reason": "retired_because",
}


def list_page(store: QuizStore, request: Document) -> Document:
    """A page of the bank, the newest question first."""
    page = store.bank.page_of_questions(filter_of(request), request["limit"], request["cursor"])
    return page | {"items": [_shown(question) for question in page["items"]]}


def get(store: QuizStore, request: Document) -> Document:
    """One question with its key."""
    return _shown(_known(store, request["question_id"]))


def create(store: QuizStore, request: Document, call: Call) -> Document:
    """A new question. ``InvalidQuestion`` names what cannot be asked."""
    content = content_of(request)
    media.check(store, request["media"], call.now)
    question = new_document(new_id(), content, call.now)

    def effect(session: Any) -> Document:
        store.bank.insert_question(question, session)
        return _shown(question)

    return store.once(call, request, operations.create_question, effect)


def update(store: QuizStore, request: Document, call: Call) -> Document:
    """The question with the given fields changed; the rest of its content is checked anew with them. What it read
    before stays readable as a revision.

    Papers that were made into exams before keep the question as it was then.
    """
    question = _known(store, request["question_id"])
    version = question["version"] if request["expected_version"] is None else request["expected_version"]
    if version != question["version"]:
        raise Stale(question["version"])
    content = content_of({**question, **request})
    media.check(store, request.get("media") or (), call.now)
    changed = not same_content(question, content)
    stored = content.as_fields() | {
        "key": content.key,
        **state_after(question, content, bureau_day(call.now), request.get("state")),
        "revision": question["revision"] + int(changed),
        "updated_at": call.now,
    }
    if changed:
        store.revisions.keep([former_revision(question, call.now)])
    return _shown(store.bank.change_question(question["_id"], version, stored))


def list_revisions(store: QuizStore, request: Document) -> Document:
    """A page of what the question read before it was changed, the latest first."""
    question = _known(store, request["question_id"])
    page = store.revisions.page_of(question["_id"], question["revision"], request["limit"], request["cursor"])
    return page | {"items": [{"rubric": [], "media": []} | revision for revision in page["items"]]}


def retire_expired(store: QuizStore, now: datetime) -> None:
    """Takes out every question whose law was repealed before the day in Asia/Shanghai that ``now`` falls on."""
    retired = store.bank.retire_expired(bureau_day(now), now)
    if retired:
        log.info("questions_retired", count=retired, because=EXPIRED)


def former_revision(question: Document, now: datetime) -> Document:
    """What a stored question reads, as it is kept when it is changed ``now``."""
    return {
        "_id": f"{question['_id']}.{question['revision']}",
        "question_id": question["_id"],
        "revision": question["revision"],
        **content_of(question).as_fields(),
        "written_at": question.get("written_at") or question["updated_at"],
        "replaced_at": now,
    }


def bureau_day(now: datetime) -> date:
    """The day that it is in Asia/Shanghai."""
    return now.astimezone(BUREAU_ZONE).date()


def new_document(id: str, content: Content, now: Any, imported: Document | None = None) -> Document:
    """A question as it is stored first."""
    return {
        "_id": id,
        **content.as_fields(),
        "key": content.key,
        "state": ACTIVE,
        "retired_because": None,
        "revision": 1,
        "version": 1,
        "updated_at": now,
        "imported": imported,
    }


def filter_of(request: Document) -> Document:
    """What a request asks for, as the store asks for it."""
    given = {field: request[name] for name, field in _FILTERS.items() if name in request}
    if "category" in given:
        given["category"] = category_code(given["category"])
    return given


def _known(store: QuizStore, id: str) -> Document:
    question = store.bank.question(id)
    if question is None:
        raise NotFound("question")
    return question


def _shown(question: Document) -> Document:
    return {**question, "id": question["_id"]}
