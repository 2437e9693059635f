"""Feedback in a practice: what is right, told at once; from then on the answer stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chassis.refusals import NotFound, Stale, WrongState
from contracts.call import Call
from services.quiz.handlers.withholding import held_back
from services.quiz.model import attempt as rules
from services.quiz.model import practice_exam
from services.quiz.model.regrade import corrected_form
from services.quiz.store import QuizStore

Document = dict[str, Any]
# The person may save at the same moment, on another device; so many times in a row they do not.
TRIES = 20


def tell(store: QuizStore, request: Document, call: Call) -> Document:
    """What is right of the stored answer, and from now on the answer stands; asked again, the same.

    ``NoFeedback`` where the exam is no practice; ``QuestionsWithheld`` while the question's key must not be told;
    ``NotFound`` where nothing is stored; ``WrongState`` once the attempt is over.
    """
    assert call.actor is not None
    for _ in range(TRIES):
        attempt = store.attempts.get(request["attempt_id"])
        if attempt is None or attempt["person_id"] != call.actor.id:
            raise NotFound("attempt")
        question = _question(store, attempt, request["question_id"], call.now)
        stored = attempt["answers"].get(question["id"])
        if stored is None:
            raise NotFound("answer")
        if "told_at" in stored:
            return practice_exam.feedback(question, stored)
        if attempt["state"] != rules.RUNNING or attempt["locks_at"] <= call.now:
            state = rules.SUBMITTED if attempt["state"] == rules.RUNNING else attempt["state"]
            raise WrongState(state, rules.actions(state))
        if store.attempts.tell(attempt["_id"], question["id"], stored["sequence"], call.now):
            return practice_exam.feedback(question, stored)
    raise Stale


def told(store: QuizStore, form: Document, attempt: Document, now: datetime) -> Document:
    """The feedback that was told of a practice's attempt, as far as it may still be; nothing of an exam's."""
    if not practice_exam.is_practice(form):
        return {}
    secret = held_back(store, form, now)
    answers = attempt["answers"]
    return {
        "feedback": [
            practice_exam.feedback(question, answers[question["id"]])
            for question in _corrected(store, form, attempt)["questions"]
            if "told_at" in answers.get(question["id"], {}) and question["id"] not in secret
        ]
    }


def _question(store: QuizStore, attempt: Document, id: str, now: datetime) -> Document:
    form = store.exams.form(attempt["form_id"])
    assert form is not None
    if not practice_exam.is_practice(form):
        raise practice_exam.NoFeedback
    questions = _corrected(store, form, attempt)["questions"]
    question: Document | None = next((question for question in questions if question["id"] == id), None)
    if question is None:
        raise NotFound("question")
    if id in held_back(store, form, now):
        raise practice_exam.QuestionsWithheld
    return question


def _corrected(store: QuizStore, form: Document, attempt: Document) -> Document:
    return corrected_form(form, store.regrades.corrections(attempt["exam_id"])["questions"])
