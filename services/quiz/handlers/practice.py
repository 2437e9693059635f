"""The daily practice: a small set a day, the same on every device; each answer is looked at at once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from chassis.refusals import NotFound, Stale
from contracts.call import Actor, Call
from contracts.quiz.events import PracticeCreditedV1
from services.quiz.handlers import media
from services.quiz.handlers.memory import schedule
from services.quiz.handlers.withholding import withheld
from services.quiz.model import attempt as attempts
from services.quiz.model import card as cards
from services.quiz.model import practice as rules
from services.quiz.model.grading import Shape, share
from services.quiz.settings import QuizSettings
from services.quiz.store import QuizStore

Document = dict[str, Any]
TRIES = 20


def today(store: QuizStore, settings: QuizSettings, call: Call) -> Document:
    """The person's set of this day, made now if it is not there; empty where the bank has nothing to practise.

    What is withheld or retired by now is left out, answered or not.
    """
    person, day = _person(call), rules.day_of(call.now)
    secret = withheld(store, call.now)
    stored = store.practice.day(day_id(person.id, day)) or _prepare(store, settings, person, day, secret, call.now)
    rule = rules.rule_on(day)
    left = _still_asked(store, stored["questions"], secret, day) if stored else []
    answers = stored["answers"] if stored else {}
    return {
        "day": day,
        "server_time": call.now,
        "points": stored["points"] if stored else 0,
        "points_cap": rule.daily_cap,
        "rule": rule.version,
        "questions": [
            {
                "question": attempts.asked(question),
                "reason": question["reason"],
                "feedback": _feedback(question, answers[question["id"]]) if question["id"] in answers else None,
            }
            for question in left
        ],
    }


def picture(store: QuizStore, request: Document, call: Call) -> Document:
    """A picture of a question that is in the person's set of this day, or in their wrong-question book; ``NotFound``
    otherwise.
    """
    person, day, id = _person(call), rules.day_of(call.now), request["question_id"]
    stored = store.practice.day(day_id(person.id, day))
    in_set = [question for question in stored["questions"] if question["id"] == id] if stored else []
    seen = _still_asked(store, in_set, withheld(store, call.now), day) if in_set else []
    card = cards.card_id(person.id, id)
    if card in store.practice.cards([card]):
        seen += store.bank.questions([id]).values()
    if request["media_id"] not in {found["id"] for question in seen for found in question.get("media") or ()}:
        raise NotFound("media")
    return media.get(store, request)


def answer(store: QuizStore, request: Document, call: Call) -> Document:
    """Stores the answer, counts it, and tells what is right: durable before it is told.

    The first answer of the day stands, since with it the key is told: whoever comes later is told that one.
    ``SequenceTaken`` for another answer under its sequence; ``NotFound`` for a question that is not in the set, or
    may not be asked any more; ``InvalidAnswer``.
    """
    person = _person(call)
    day = request["day"] or rules.day_of(call.now)
    if not rules.takes_answers(day, call.now):
        raise NotFound("practice_set")
    for _ in range(TRIES):
        stored = store.practice.day(day_id(person.id, day))
        question = _asked(store, stored, request["question_id"], day, call.now)
        given = Shape.of(question).check(request["answer"])
        assert stored is not None
        if question["id"] in stored["answers"]:
            return _told(stored, question, given, request["sequence"])
        try:
            stored = _count(store, stored, question, given, request["sequence"], call.now)
        except Stale:
            # Another device, or an attempt that was taken in meanwhile.
            continue
        return _told(stored, question, given, request["sequence"])
    raise Stale


def day_id(person_id: str, day: date) -> str:
    """The one set of the person on the day."""
    return f"{person_id}:{day.isoformat()}"


def _prepare(
    store: QuizStore, settings: QuizSettings, person: Actor, day: date, secret: set[str], now: datetime
) -> Document | None:
    known = store.practice.cards_of(person.id)
    pool = [
        rules.Candidate(question["_id"], question["category"], frozenset(question["lines"]))
        for question in store.practice.pool()
        if question["_id"] not in secret and rules.can_be_practised(question, day)
    ]
    memory = rules.Memory(
        due=tuple(c["question_id"] for c in known if c["due_on"] <= day.isoformat() and not c["known"]),
        met=tuple(c["question_id"] for c in known),
        weak=rules.weak_categories(known),
    )
    size = settings.practice_questions
    chosen = rules.choose(size, rules.order_of(person.id, day), memory, pool, person.line)
    # What the pool remembers may be older than the bank: the questions themselves decide.
    contents = store.bank.questions(id for id, _ in chosen[: 2 * size])
    asked = [
        {"id": id, "reason": reason}
        | {name: contents[id][name] for name in rules.KEPT}
        | ({"media": contents[id]["media"]} if contents[id].get("media") else {})
        for id, reason in chosen[: 2 * size]
        if id in contents and rules.can_be_practised(contents[id], day)
    ][:size]
    if not asked:
        return None
    stored = {
        "_id": day_id(person.id, day),
        "person_id": person.id,
        "day": day.isoformat(),
        "questions": asked,
        "answers": {},
        "points": 0,
        "rule": rules.rule_on(day).version,
        "prepared_at": now,
    }
    if store.practice.insert_day(stored):
        return stored
    return store.practice.day(stored["_id"])


def _asked(store: QuizStore, stored: Document | None, question_id: str, day: date, now: datetime) -> Document:
    question = next((q for q in stored["questions"] if q["id"] == question_id), None) if stored else None
    if question is None or not _still_asked(store, [question], withheld(store, now), day):
        raise NotFound("question")
    return question


def _still_asked(store: QuizStore, questions: list[Document], secret: set[str], day: date) -> list[Document]:
    states = store.practice.states(question["id"] for question in questions)
    return [
        question
        for question in questions
        if question["id"] not in secret
        and question["id"] in states
        and rules.can_be_practised(states[question["id"]], day)
    ]


def _count(
    store: QuizStore, stored: Document, question: Document, given: Any, sequence: int, now: datetime
) -> Document:
    """The day with the answer in it, the card that it changes and the event that credits it: one transaction."""
    day, right = date.fromisoformat(stored["day"]), share(question, given) == 1
    counted = {"answer": given, "sequence": sequence, "saved_at": now, "correct": right}
    answers = stored["answers"] | {question["id"]: counted}
    rule = rules.rule_on(day)
    points = rules.points_of(rule, stored["questions"], answers)
    told = PracticeCreditedV1.draft(
        stored["_id"],
        person_id=stored["person_id"],
        day=day,
        answered=len(answers),
        right=sum(answer["correct"] for answer in answers.values()),
        points=points,
        rule=rule.version,
        credited_at=rules.within(day, now),
    )
    card_id = cards.card_id(stored["person_id"], question["id"])

    def effect(session: Any) -> Document:
        card = store.practice.cards([card_id], session).get(card_id)
        changed = cards.after_practice(card, stored["person_id"], question, right, day, now, schedule)
        if changed is not None:
            counted["due_on"] = changed["due_on"]
            store.practice.put_cards([changed], session)
        fields = {f"answers.{question['id']}": counted, "points": points}
        return store.practice.update_day(stored, fields, [told], session)

    return store.transaction(effect)


def _told(stored: Document, question: Document, given: Any, sequence: int) -> Document:
    counted = stored["answers"][question["id"]]
    kept = attempts.Saved(counted["answer"], counted["sequence"], counted["saved_at"])
    attempts.stands_against(kept, given, sequence)
    return _feedback(question, counted) | {"points": stored["points"]}


def _feedback(question: Document, counted: Document) -> Document:
    return {
        "question_id": question["id"],
        "answer": counted["answer"],
        "sequence": counted["sequence"],
        "saved_at": counted["saved_at"],
        "correct": counted["correct"],
        "key": question["answer"],
        "explanation": question["explanation"],
        "legal_basis": question["legal_basis"],
        "due_on": counted.get("due_on"),
    }


def _person(call: Call) -> Actor:
    assert call.actor is not None
    return call.actor
