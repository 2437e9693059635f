"""The wrong-question book 错题本: filled by graded attempts as soon as their review rules allow it, and by practice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog

from chassis.clock import BUREAU_ZONE
from chassis.refusals import NotFound, Stale
from contracts.call import Call
from contracts.event import Received
from services.quiz.handlers.memory import schedule
from services.quiz.handlers.withholding import held_back, hidden, hides
from services.quiz.model import attempt as attempts
from services.quiz.model import card as rules
from services.quiz.model.exam import AFTER_CLOSE, IMMEDIATELY, locks_at, over_at
from services.quiz.model.question import ESSAY, category_code, in_force
from services.quiz.store import QuizStore

Document = dict[str, Any]
log = structlog.get_logger()

BATCH, TRIES = 200, 20


def let_enter(store: QuizStore, events: list[Received]) -> None:
    """Notes when the graded attempts may be taken into the book; those of exams that never show their keys never."""
    entering = {}
    for event in events:
        exam = store.exams.get(event.data["exam_id"])
        moment = _may_enter_at(exam, event.data["submitted_at"]) if exam else None
        if moment is None:
            continue
        entering[event.data["attempt_id"]] = moment
        if event.data.get("regrade_id"):
            # The event names one attempt; the regrade may have changed the marks of all.
            sat = store.attempts.of_person(event.data["person_id"], [event.data["exam_id"]])
            entering |= dict.fromkeys((attempt["_id"] for attempt in sat), moment)
    store.practice.let_enter(entering)


def take_in(store: QuizStore, now: datetime) -> None:
    """Takes every attempt whose time has come into its person's cards; one that was taken in before changes
    nothing."""
    while waiting := store.practice.entering(now, BATCH):
        for attempt in store.attempts.many(one["_id"] for one in waiting):
            _take_in(store, attempt, now)
        for one in waiting:
            store.practice.entered(one)
        log.info("attempts_taken_into_books", count=len(waiting))


def list_page(store: QuizStore, request: Document, call: Call) -> Document:
    """A page of the person's book: each question as it is in the bank now, with its key as far as no exam hides it.

    ``state`` ``retired``: those that left the book since they are retired or no longer in force.
    """
    assert call.actor is not None
    cards = [card for card in store.practice.cards_of(call.actor.id) if card["in_book"]]
    states = store.practice.states(card["question_id"] for card in cards)
    today = call.now.astimezone(BUREAU_ZONE).date()
    category = category_code(request["category"]) if "category" in request else None
    wanted = [
        card["_id"]
        for card in cards
        if (question := states.get(card["question_id"])) is not None
        and in_force(question, today) is (request["state"] == "active")
        and category in (None, question["category"])
    ]
    page = store.practice.page_of_cards(wanted, request["limit"], request["cursor"])
    questions = store.bank.questions(card["question_id"] for card in page["items"])
    secret = hidden(store, call.now)
    items = [_shown(card, questions[card["question_id"]], secret, request["state"]) for card in page["items"]]
    return page | {"items": items}


def remove(store: QuizStore, request: Document, call: Call) -> None:
    """“I know it”: out of the book, and not asked again until answered wrongly. Again: nothing more.

    ``NotFound`` for a question that never was in the person's book.
    """
    assert call.actor is not None
    id = rules.card_id(call.actor.id, request["question_id"])
    for _ in range(TRIES):
        card = store.practice.cards([id]).get(id)
        if card is None or not (card["in_book"] or card["known"]):
            raise NotFound("question")
        if card["known"] and not card["in_book"]:
            return
        try:
            store.practice.put_cards([rules.known(card)])
            return
        except Stale:
            continue
    raise Stale


def _may_enter_at(exam: Document, submitted_at: datetime) -> datetime | None:
    when = {exam["review"]["key"], exam["review"]["correctness"]}
    if when == {IMMEDIATELY}:
        return submitted_at
    return locks_at(exam, over_at(exam)) if when <= {IMMEDIATELY, AFTER_CLOSE} else None


def _take_in(store: QuizStore, attempt: Document, now: datetime) -> None:
    exam, form = store.exams.get(attempt["exam_id"]), store.exams.form(attempt["form_id"])
    assert exam is not None
    assert form is not None
    if attempt["state"] != attempts.GRADED:
        return
    if hides(exam, now):
        # The exam was changed since: it waits until its end as it is now, or for ever.
        moment = _may_enter_at(exam, attempt["submitted_at"])
        if moment is not None and moment > now:
            store.practice.let_enter({attempt["_id"]: moment})
        return
    secret = held_back(store, form, now)
    questions = [
        question for question in form["questions"] if question["type"] != ESSAY and question["id"] not in secret
    ]
    for _ in range(TRIES):
        ids = {question["id"]: rules.card_id(attempt["person_id"], question["id"]) for question in questions}
        cards = store.practice.cards(ids.values())
        changed = [
            rules.after_attempt(cards.get(ids[question["id"]]), question, attempt, schedule) for question in questions
        ]
        try:
            store.practice.put_cards(card for card in changed if card is not None)
            return
        except Stale:
            # The person practised meanwhile; what was written is counted and not counted again.
            continue
    raise Stale


def _shown(card: Document, question: Document, secret: set[str], state: str) -> Document:
    shown = {
        "question": attempts.asked(question | {"id": question["_id"]}),
        "category": question["category"],
        "state": state,
        "wrong": card["wrong"],
        "answered": card["answered"],
        "due_on": card["due_on"],
        "added_at": card["added_at"],
        "last_wrong_at": card["last_wrong_at"],
        "changed": question["revision"] != card["revision"],
        "key_withheld": question["_id"] in secret,
    }
    if not shown["key_withheld"]:
        shown |= {
            "key": question["answer"],
            "explanation": question["explanation"],
            "legal_basis": question["legal_basis"],
        }
    return shown
