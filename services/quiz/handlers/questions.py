"""The question bank: making, changing, listing and exporting questions."""

from __future__ import annotations

import base64
from typing import Any

from chassis import offload
from chassis.ids import new_id
from chassis.refusals import NotFound, Stale
from contracts.call import Call
from contracts.quiz import operations
from services.quiz import files
from services.quiz.model.question import Content, category_code, content_of
from services.quiz.store import QuizStore

Document = dict[str, Any]

EXPORTED = 20_000
_FILTERS = {"type": "type", "category": "category", "difficulty": "difficulty"} | {
    "tag": "tags",
    "line": "lines",
    "state": "state",
}


def list_page(store: QuizStore, request: Document) -> Document:
    """A page of the bank, the newest question first."""
    page = store.bank.page_of_questions(_filter(request), request["limit"], request["cursor"])
    return page | {"items": [_shown(question) for question in page["items"]]}


def get(store: QuizStore, request: Document) -> Document:
    """One question with its key."""
    return _shown(_known(store, request["question_id"]))


def create(store: QuizStore, request: Document, call: Call) -> Document:
    """A new question. ``InvalidQuestion`` names what cannot be asked."""
    question = new_document(new_id(), content_of(request), call.now)

    def effect(session: Any) -> Document:
        store.bank.insert_question(question, session)
        return _shown(question)

    return store.once(call, request, operations.create_question, effect)


def update(store: QuizStore, request: Document, call: Call) -> Document:
    """The question with the given fields changed; the rest of its content is checked anew with them.

    Papers that were made into exams before keep the question as it was then.
    """
    question = _known(store, request["question_id"])
    version = question["version"] if request["expected_version"] is None else request["expected_version"]
    if version != question["version"]:
        raise Stale(question["version"])
    fields = content_of({**question, **request}).as_fields()
    changed = any(question.get(name) != value for name, value in fields.items())
    stored = fields | {
        "key": content_of(fields).key,
        "state": request.get("state", question["state"]),
        "revision": question["revision"] + int(changed),
        "updated_at": call.now,
    }
    return _shown(store.bank.change_question(question["_id"], version, stored))


def export(store: QuizStore, request: Document) -> Document:
    """The questions that fit, as a file; reading it again changes nothing."""
    found = store.bank.all_questions(_filter(request), EXPORTED)
    written = offload(_write, found, request["format"])
    return {
        "content": base64.b64encode(written.content).decode("ascii"),
        "file_name": f"题库.{written.suffix}",
        "media_type": written.media_type,
        "left_out": written.left_out,
    }


def new_document(id: str, content: Content, now: Any, imported: Document | None = None) -> Document:
    """A question as it is stored first."""
    return {
        "_id": id,
        **content.as_fields(),
        "key": content.key,
        "state": "active",
        "revision": 1,
        "version": 1,
        "updated_at": now,
        "imported": imported,
    }


def _write(found: list[Document], format: str) -> files.Written:
    return files.write([content_of(question) for question in found], format)


def _known(store: QuizStore, id: str) -> Document:
    question = store.bank.question(id)
    if question is None:
        raise NotFound("question")
    return question


def _filter(request: Document) -> Document:
    given = {field: request[name] for name, field in _FILTERS.items() if name in request}
    if "category" in given:
        given["category"] = category_code(given["category"])
    return given


def _shown(question: Document) -> Document:
    return {**question, "id": question["_id"]}
