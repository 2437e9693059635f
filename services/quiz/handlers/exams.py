"""Exams: held on a paper, shown to trainers and to those who can sit them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chassis.ids import new_id
from chassis.refusals import NotFound
from contracts.call import Actor, Call
from contracts.quiz import operations
from contracts.quiz.events import ExamPublishedV1
from services.quiz.handlers import papers, review
from services.quiz.model import exam as rules
from services.quiz.model.attempt import RUNNING
from services.quiz.model.standing import standing_id
from services.quiz.store import QuizStore

Document = dict[str, Any]


def create(store: QuizStore, request: Document, call: Call) -> Document:
    """A new exam: its forms are prepared now, so that its start draws nothing; told as ``exam_published``.

    ``InvalidExam`` when the paper is unknown or nobody could pass, ``InvalidPaper`` when it cannot be
    drawn any more.
    """
    paper = store.bank.paper(request["paper_id"])
    if paper is None:
        raise rules.InvalidExam([{"field": "paper_id", "message": "exam.unknown_paper"}])
    id = new_id()
    forms = papers.forms(store, paper, id, call.now)
    max_score = min(form["max_score"] for form in forms)
    if request["pass_score"] > max_score:
        parts = {"max_score": max_score}
        raise rules.InvalidExam([{"field": "pass_score", "message": "exam.nobody_passes", "parts": parts}])
    exam = {
        "_id": id,
        **request,
        "max_score": max_score,
        "question_count": len(forms[0]["questions"]),
        "variants": len(forms),
        "created_by": call.actor.id if call.actor else None,
        "created_at": call.now,
    }
    told = {name: exam[name] for name in ("title", "required", "credits", "audience", "opens_at", "closes_at")}
    published = ExamPublishedV1.draft(id, exam_id=id, **told)

    def effect(session: Any) -> Document:
        store.exams.insert(exam, forms, [published], session)
        return _shown(exam)

    return store.once(call, request, operations.create_exam, effect)


def get(store: QuizStore, request: Document) -> Document:
    """One exam."""
    exam = store.exams.get(request["exam_id"])
    if exam is None:
        raise NotFound("exam")
    return _shown(exam)


def list_page(store: QuizStore, request: Document, call: Call) -> Document:
    """A page of exams, those that close last first."""
    filter: Document = {"paper_id": request["paper_id"]} if "paper_id" in request else {}
    filter |= _IN_STATE[request["state"]](call.now) if "state" in request else {}
    page = store.exams.page_of_exams(filter, request["limit"], request["cursor"])
    return page | {"items": [_shown(exam) for exam in page["items"]]}


def mine(store: QuizStore, request: Document, call: Call) -> Document:
    """The exams that the person can sit, could, or has sat: how each stands, and what is left of it."""
    assert call.actor is not None
    begun = store.attempts.exams_of_person(call.actor.id)
    filter = {"$or": [_for(call.actor), {"_id": {"$in": begun}}]}
    page = store.exams.page_of_exams(filter, request["limit"], request["cursor"])
    ids = [exam["_id"] for exam in page["items"]]
    attempts: dict[str, list[Document]] = {id: [] for id in ids}
    for attempt in store.attempts.of_person(call.actor.id, ids):
        attempts[attempt["exam_id"]].append(attempt)
    standings = store.standings.many(standing_id(id, call.actor.id) for id in ids)
    return page | {
        "items": [
            _mine(exam, attempts[exam["_id"]], standings.get(standing_id(exam["_id"], call.actor.id)), call.now)
            for exam in page["items"]
        ]
    }


def _mine(exam: Document, attempts: list[Document], standing: Document | None, now: datetime) -> Document:
    running = next((a["_id"] for a in attempts if a["state"] == RUNNING and a["locks_at"] > now), None)
    left = exam["attempts_allowed"] - len(attempts)
    view = review.for_the_person(exam, now)
    shown = standing if standing and review.SCORE in view else None
    return {
        **exam,
        "id": exam["_id"],
        "state": rules.state_for(exam, now, begun=len(attempts), running=running is not None),
        "attempts_left": left,
        "running_attempt_id": running,
        "attempt_ids": [a["_id"] for a in sorted(attempts, key=lambda a: a["number"])],
        "score": shown["score"] if shown else None,
        "passed": shown["passed"] if shown else None,
        "errata": [erratum for attempt in attempts for erratum in review.errata(attempt, view)],
    }


def _for(actor: Actor) -> Document:
    """``rules.is_for`` as a query."""
    return {
        "$and": [
            {"audience.lines": {"$in": [[], actor.line]}},
            {"audience.units": {"$in": [[], *actor.unit_path]}},
            {"audience.roles": {"$in": [[], *sorted(actor.roles)]}},
        ]
    }


_IN_STATE = {
    rules.OPEN: lambda now: {"opens_at": {"$lte": now}, "closes_at": {"$gt": now}},
    rules.UPCOMING: lambda now: {"opens_at": {"$gt": now}},
    rules.CLOSED: lambda now: {"closes_at": {"$lte": now}},
}


def _shown(exam: Document) -> Document:
    return {**exam, "id": exam["_id"]}
