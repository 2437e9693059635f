"""Exams: held on a paper, shown to trainers and to those who can sit them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chassis.ids import new_id
from chassis.refusals import NotFound
from contracts.call import Actor, Call
from contracts.quiz import operations
from contracts.quiz.events import ExamPublishedV1
from contracts.quiz.operations.exams import ReviewRules
from services.quiz.handlers import make_ups, papers, review
from services.quiz.handlers.withholding import withheld
from services.quiz.model import exam as rules
from services.quiz.model import overrides, practice_exam
from services.quiz.model.attempt import RUNNING
from services.quiz.model.changing import grade_errors
from services.quiz.model.grades import DEFAULT_SCALE, grade_of
from services.quiz.model.shuffling import with_orders
from services.quiz.model.standing import standing_id
from services.quiz.store import QuizStore

Document = dict[str, Any]
TOLD = ("title", "required", "credits", "audience", "opens_at", "closes_at", "make_up_of")


def create(store: QuizStore, request: Document, call: Call) -> Document:
    """A new exam: its forms are prepared now, so that its start draws nothing; told as ``exam_published``.

    ``InvalidExam`` when the paper is unknown or nobody could pass, or of a practice names the questions that it cannot
    ask; ``InvalidPaper`` when it cannot be drawn any more, or names its questions that are retired.
    """
    paper = store.bank.paper(request["paper_id"])
    if paper is None:
        raise rules.InvalidExam([{"field": "paper_id", "message": "exam.unknown_paper"}])
    id, asked = new_id(), request
    request = asked | _unless_given(request)
    former = _former(store, request, call.now)
    errors = overrides.window_errors(request) + grade_errors(request) + practice_exam.practice_errors(request)
    if errors:
        raise rules.InvalidExam(errors)
    forms = _forms(store, paper, id, request, call.now)
    max_score = min(form["max_score"] for form in forms)
    if request["pass_score"] > max_score:
        parts = {"max_score": max_score}
        raise rules.InvalidExam([{"field": "pass_score", "message": "exam.nobody_passes", "parts": parts}])
    exam = {
        "_id": id,
        **request,
        **former,
        "grades": request["grades"] or DEFAULT_SCALE,
        "shut_at": request["closes_at"],
        "max_score": max_score,
        "question_count": len(forms[0]["questions"]),
        "left_out": _left_out(paper, forms),
        "variants": len(forms),
        "created_by": call.actor.id if call.actor else None,
        "created_at": call.now,
        "version": 1,
    }
    published = ExamPublishedV1.draft(id, exam_id=id, **{name: exam[name] for name in TOLD})

    def effect(session: Any) -> Document:
        store.exams.insert(exam, forms, [published], session)
        return shown(exam)

    return store.once(call, asked, operations.create_exam, effect)


def get(store: QuizStore, request: Document) -> Document:
    """One exam."""
    exam = store.exams.current(request["exam_id"])
    if exam is None:
        raise NotFound("exam")
    return shown(exam)


def list_page(store: QuizStore, request: Document, call: Call) -> Document:
    """A page of exams, those that close last first."""
    filter: Document = {"paper_id": request["paper_id"]} if "paper_id" in request else {}
    filter |= {"mode": _IN_MODE[request["mode"]]} if "mode" in request else {}
    filter |= _IN_STATE[request["state"]](call.now) if "state" in request else {}
    page = store.exams.page_of_exams(filter, request["limit"], request["cursor"])
    return page | {"items": [shown(exam) for exam in page["items"]]}


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
    not_begun = [exam for exam in page["items"] if not attempts[exam["_id"]]]
    others = make_ups.has_no_need(store, not_begun, call.actor)
    return page | {
        "items": [
            _mine(
                overrides.personal(exam, call.actor.id),
                attempts[exam["_id"]],
                standings.get(standing_id(exam["_id"], call.actor.id)),
                call.now,
            )
            for exam in page["items"]
            if exam["_id"] not in others
        ]
    }


def _mine(exam: Document, attempts: list[Document], standing: Document | None, now: datetime) -> Document:
    attempts = sorted(attempts, key=lambda attempt: attempt["number"])
    running = next((a["_id"] for a in attempts if a["state"] == RUNNING and a["locks_at"] > now), None)
    left = max(0, exam["attempts_allowed"] - len(attempts))
    # Of a practice the attempt itself tells, which knows what another exam holds back.
    view = set() if practice_exam.is_practice(exam) else review.for_the_person(exam, now)
    counted = standing if standing and review.SCORE in view else None
    return {
        **exam,
        "id": exam["_id"],
        "state": rules.state_for(exam, now, begun=len(attempts), running=running is not None),
        "attempts_left": left,
        "running_attempt_id": running,
        "attempt_ids": [a["_id"] for a in attempts],
        "latest_start_at": exam.get("latest_start_at"),
        "next_start_at": _next_start(exam, attempts) if left > 0 else None,
        "exempt": exam.get("exempt", False),
        "make_up_of": exam.get("make_up_of"),
        "mode": exam.get("mode", practice_exam.EXAM),
        "cancelled_because": exam.get("cancelled_because"),
        "score": counted["score"] if counted else None,
        "grade": grade_of(exam, counted["score"], exam["max_score"]) if counted else None,
        "passed": counted["passed"] if counted else None,
        "errata": [erratum for attempt in attempts for erratum in review.errata(attempt, view)],
    }


def _next_start(exam: Document, attempts: list[Document]) -> datetime | None:
    handed_in_at = attempts[-1].get("submitted_at") if attempts else None
    return rules.next_start_at(exam, handed_in_at) if handed_in_at else None


def _unless_given(request: Document) -> Document:
    """What an exam has where the request does not say."""
    practice = practice_exam.is_practice(request)
    given = {name: request[name] for name in ("review", "credits") if request[name] is not None}
    if practice:
        return {"review": practice_exam.SHOWN_AT_ONCE, "credits": practice_exam.NO_CREDITS} | given
    return {"review": ReviewRules().load({}), "credits": practice_exam.CREDITS} | given


def _forms(store: QuizStore, paper: Document, id: str, request: Document, now: datetime) -> list[Document]:
    """The forms of the exam, with their orders; those of a practice say so."""
    leave_out, opens_at = request["leave_out_retired"], max(now, request["opens_at"])
    forms = papers.forms(store, paper, id, now, opens_at, leave_out=leave_out)
    if practice_exam.is_practice(request):
        questions = [question for form in forms for question in form["questions"]]
        errors = practice_exam.question_errors(questions, withheld(store, now))
        if errors:
            raise rules.InvalidExam(errors)
        forms = [form | {"mode": request["mode"]} for form in forms]
    return [with_orders(form, request["shuffle"]) for form in forms]


def _left_out(paper: Document, forms: list[Document]) -> list[str]:
    asked = {question["id"] for form in forms for question in form["questions"]}
    return [id for id in paper.get("question_ids", []) if id not in asked]


def _former(store: QuizStore, request: Document, now: datetime) -> Document:
    """What a make-up exam has of the one that it makes up."""
    if request["make_up_of"] is None:
        return {}
    former = store.exams.current(request["make_up_of"])
    if former is None:
        raise rules.InvalidExam([{"field": "make_up_of", "message": "exam.unknown_exam"}])
    if practice_exam.is_practice(former):
        raise rules.InvalidExam([{"field": "make_up_of", "message": "exam.not_of_a_practice"}])
    if rules.window(former, now) == rules.UPCOMING:
        raise rules.InvalidExam([{"field": "make_up_of", "message": "exam.not_begun"}])
    return {
        "audience": former["audience"],
        "required": former["required"],
        "makes_up": former.get("makes_up") or former["_id"],
        "made_up": [*former.get("made_up", []), former["_id"]],
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


# Exams of before there were practices have no mode.
_IN_MODE = {practice_exam.EXAM: {"$in": [practice_exam.EXAM, None]}, practice_exam.PRACTICE: practice_exam.PRACTICE}
_IN_STATE = {
    rules.OPEN: lambda now: {"opens_at": {"$lte": now}, "closes_at": {"$gt": now}},
    rules.UPCOMING: lambda now: {"opens_at": {"$gt": now}},
    rules.CLOSED: lambda now: {"closes_at": {"$lte": now}},
}


def shown(exam: Document) -> Document:
    """The exam as a trainer sees it."""
    return {
        **exam,
        "id": exam["_id"],
        "mode": exam.get("mode", practice_exam.EXAM),
        "grace_seconds": int(rules.grace(exam).total_seconds()),
        "left_out": exam.get("left_out", []),
    }
