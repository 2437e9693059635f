"""Sitting an exam: begin or go on, save answers, hand in, look back. The clock is the server's, always."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog

from chassis.ids import new_id
from chassis.refusals import NotFound, Stale, WrongState
from contracts.call import Actor, Call
from contracts.fields import format_instant
from contracts.quiz.events import AttemptSubmittedV1
from contracts.roles import TRAINER
from services.quiz.handlers import feedback, make_ups, review
from services.quiz.handlers.withholding import held_back
from services.quiz.model import attempt as rules
from services.quiz.model import exam as exams
from services.quiz.model import practice_exam, receipt
from services.quiz.model.overrides import personal
from services.quiz.model.paper import variant_for
from services.quiz.model.regrade import corrected_form
from services.quiz.model.shuffling import in_order, order_for
from services.quiz.store import QuizStore

Document = dict[str, Any]
log = structlog.get_logger()

# How many overdue attempts are read at once.
BATCH = 200
# A submission yields to saves that come at the same moment; so many in a row do not come.
TRIES = 20


def start(store: QuizStore, request: Document, call: Call) -> Document:
    """The person's running attempt at the exam, or a new one.

    ``NotFound`` for an exam that is not for the person, ``ExamNotOpen``, ``NoAttemptsLeft``, ``TooSoon``; of a practice
    ``QuestionsWithheld``. A repeated request with the key that began the last attempt gets that one, even when it is
    handed in.
    """
    person = _person(call)
    exam = store.exams.get(request["exam_id"])
    if exam is None:
        raise NotFound("exam")
    for _ in range(TRIES):
        latest = store.attempts.latest(person.id, exam["_id"])
        if latest is not None:
            if latest["state"] == rules.RUNNING and latest["locks_at"] <= call.now:
                latest = submit_attempt(store, latest, call.now, rules.BY_SERVER)
            if latest["state"] == rules.RUNNING or _begun_by(latest, call):
                return _running(store, latest, call.now)
        elif not make_ups.is_for(store, exam, person):
            raise NotFound("exam")
        attempt = _new_attempt(exam, person, latest, call)
        _refuse_while_withheld(store, exam, attempt, call.now)
        if store.attempts.insert(attempt):
            return _running(store, attempt, call.now)
        # Another window of the same person was faster; theirs is the one.
    raise WrongState(rules.RUNNING)


def save(store: QuizStore, request: Document, call: Call) -> Document:
    """Stores an answer; says so only when it is durable. One round trip, unless a guard stood against it.

    The types of the questions come from the attempt's form, which its id names and the process remembers.
    """
    person = _person(call)
    id, question_id, sequence = request["attempt_id"], request["question_id"], request["sequence"]
    asked = store.exams.asked(rules.form_of_attempt(id))
    if asked is None:
        raise NotFound("attempt")
    if question_id not in asked.shapes:
        raise NotFound("question")
    answer = asked.shapes[question_id].check(request["answer"])
    if store.attempts.save(id, person.id, question_id, answer, sequence, call.now, asked.practice):
        return {"sequence": sequence, "saved_at": call.now}
    stored = _why_not_saved(store, person, id, question_id, answer, sequence, call.now)
    return {"sequence": stored.sequence, "saved_at": stored.saved_at}


def submit(store: QuizStore, request: Document, call: Call) -> Document:
    """Hands in what is stored; asked again, the same receipt: what was stored of each question, and the hash of all.
    Grading follows by itself.
    """
    attempt = _own(store, request["attempt_id"], _person(call))
    if attempt["state"] == rules.RUNNING:
        by = rules.BY_PERSON if call.now < attempt["locks_at"] else rules.BY_SERVER
        attempt = submit_attempt(store, attempt, call.now, by)
    return {
        "state": rules.SUBMITTED,
        "answers_stored": attempt["answers_stored"],
        "submitted_at": attempt["submitted_at"],
        "answers": receipt.listed(attempt["answers"]),
        "answers_hash": attempt.get("answers_hash") or _hash(attempt, attempt["submitted_at"]),
    }


def close_overdue(store: QuizStore, now: datetime) -> None:
    """Hands in every attempt whose time is over, for those who did not: what is stored counts."""
    while overdue := store.attempts.overdue(now, BATCH):
        for attempt in overdue:
            submit_attempt(store, attempt, now, rules.BY_SERVER)
        log.info("overdue_attempts_submitted", count=len(overdue))


def get(store: QuizStore, request: Document, call: Call) -> Document:
    """The attempt as far as this person may see it now; ``NotFound`` for others' attempts but to trainers."""
    person = _person(call)
    attempt = store.attempts.get(request["attempt_id"])
    if attempt is None or not (attempt["person_id"] == person.id or TRAINER in person.roles):
        raise NotFound("attempt")
    graded = attempt["state"] == rules.GRADED
    # What may be seen of it is decided by the rules as they are now, not as they were a second ago.
    exam = store.exams.current(attempt["exam_id"]) if graded else store.exams.get(attempt["exam_id"])
    form = store.exams.form(attempt["form_id"])
    assert exam is not None
    assert form is not None
    if graded:
        form = corrected_form(form, store.regrades.corrections(exam["_id"])["questions"])
    own = attempt["person_id"] == person.id
    view = review.for_the_person(exam, call.now) if own else review.for_a_trainer()
    secret = held_back(store, form, call.now) if graded and own else set()
    told = {} if graded else feedback.told(store, form, attempt, call.now)
    return _base(attempt, call.now) | review.shown(exam, form, attempt, view, secret) | told


def submit_attempt(
    store: QuizStore, attempt: Document, now: datetime, by: str, cancelled_at: datetime | None = None
) -> Document:
    """The attempt handed in, with its event; one that somebody else has handed in meanwhile as it is.

    By the server it counts as handed in at its deadline, however late the server came to it, or when its exam was
    cancelled.
    """
    for _ in range(TRIES):
        if attempt["state"] != rules.RUNNING:
            return attempt
        submitted_at = now if by == rules.BY_PERSON else attempt["due_at"]
        if cancelled_at is not None:
            submitted_at = max(attempt["started_at"], min(submitted_at, cancelled_at))
        fields = {
            "state": rules.SUBMITTED,
            "submitted_at": submitted_at,
            "by": by,
            "answers_stored": rules.stored_answers(attempt["answers"]),
            "answers_hash": _hash(attempt, submitted_at),
        }
        told = AttemptSubmittedV1.draft(
            attempt["_id"],
            attempt_id=attempt["_id"],
            exam_id=attempt["exam_id"],
            person_id=attempt["person_id"],
            submitted_at=submitted_at,
            by=by,
        )
        try:
            return store.attempts.update(attempt, fields, [told])
        except Stale:
            # An answer was saved in between; it belongs to what is handed in.
            current = store.attempts.get(attempt["_id"])
            assert current is not None
            attempt = current
    raise WrongState(rules.RUNNING)


def _new_attempt(exam: Document, person: Actor, latest: Document | None, call: Call) -> Document:
    exam = personal(exam, person.id)
    number = latest["number"] + 1 if latest else 1
    _refuse_unless_open(exam, call.now)
    if number > exam["attempts_allowed"]:
        raise exams.NoAttemptsLeft(exam["attempts_allowed"])
    if latest and call.now < (next_start := exams.next_start_at(exam, latest["submitted_at"])):
        raise exams.TooSoon(format_instant(next_start))
    form_id = f"{exam['_id']}.{variant_for(person.id, number, exam['variants'])}"
    due_at = exams.due_at(exam, call.now)
    return {
        "_id": rules.attempt_id(form_id, new_id()),
        "exam_id": exam["_id"],
        "person_id": person.id,
        "number": number,
        "form_id": form_id,
        **({"order": order_for(person.id, number)} if exams.is_shuffled(exam) else {}),
        "state": rules.RUNNING,
        "started_at": call.now,
        "due_at": due_at,
        "locks_at": exams.locks_at(exam, due_at),
        "started_with": call.idempotency_key,
        "answers": {},
    }


def _refuse_while_withheld(store: QuizStore, exam: Document, attempt: Document, now: datetime) -> None:
    """Of an exam that is no practice nothing is read."""
    if practice_exam.is_practice(exam):
        form = store.exams.form(attempt["form_id"])
        assert form is not None
        if held_back(store, form, now):
            raise practice_exam.QuestionsWithheld


def _refuse_unless_open(exam: Document, now: datetime) -> None:
    state = exams.to_start(exam, now)
    if state != exams.OPEN:
        latest = exam.get("latest_start_at")
        opens_at, closes_at = format_instant(exam["opens_at"]), format_instant(exam["closes_at"])
        raise exams.ExamNotOpen(state, opens_at, closes_at, format_instant(latest) if latest else None)


def _hash(attempt: Document, submitted_at: datetime) -> str:
    answers = [
        {"question_id": id, **stored, "saved_at": format_instant(stored["saved_at"])}
        for id, stored in attempt["answers"].items()
    ]
    return receipt.digest(attempt["_id"], format_instant(submitted_at), answers)


def _begun_by(attempt: Document, call: Call) -> bool:
    key = call.idempotency_key
    return key is not None and attempt["started_with"] == key


def _why_not_saved(
    store: QuizStore, person: Actor, id: str, question_id: str, answer: Any, sequence: int, now: datetime
) -> rules.Saved:
    attempt = _own(store, id, person)
    found = attempt["answers"].get(question_id)
    stored = rules.Saved(found["answer"], found["sequence"], found["saved_at"]) if found else None
    if stored and stored.sequence == sequence and stored.answer == answer:
        # The same save once more, even after the end: it was stored, and that is what is asked.
        return stored
    if attempt["state"] != rules.RUNNING or attempt["locks_at"] <= now:
        state = rules.SUBMITTED if attempt["state"] == rules.RUNNING else attempt["state"]
        raise WrongState(state, rules.actions(state))
    if found and "told_at" in found and found["sequence"] < sequence:
        raise practice_exam.AnswerTold
    if stored is None or stored.sequence < sequence:
        raise WrongState(attempt["state"], rules.actions(attempt["state"]))
    return rules.stands_against(stored, answer, sequence)


def _running(store: QuizStore, attempt: Document, now: datetime) -> Document:
    form = store.exams.form(attempt["form_id"])
    assert form is not None
    return _base(attempt, now) | {
        "questions": [rules.asked(question) for question in in_order(form, attempt.get("order"))],
        "answers": review.own_answers(attempt),
        **feedback.told(store, form, attempt, now),
    }


def _base(attempt: Document, now: datetime) -> Document:
    names = ("exam_id", "number", "state", "started_at", "due_at")
    return {"id": attempt["_id"], "server_time": now} | {name: attempt[name] for name in names}


def _own(store: QuizStore, id: str, person: Actor) -> Document:
    attempt = store.attempts.get(id)
    if attempt is None or attempt["person_id"] != person.id:
        raise NotFound("attempt")
    return attempt


def _person(call: Call) -> Actor:
    assert call.actor is not None
    return call.actor
