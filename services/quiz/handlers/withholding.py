"""Which questions must not be practised now, so that no key leaves before the review rules of every exam allow it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from services.quiz.model.exam import allowed, locks_at, over_at
from services.quiz.model.practice_exam import is_practice
from services.quiz.store import QuizStore

Document = dict[str, Any]

# Exams that closed longer ago than this are over for everybody, whatever was granted to single persons.
LATE = timedelta(days=1)


def withheld(store: QuizStore, now: datetime) -> set[str]:
    """The ids of questions that no practice may show to anybody now.

    Those of every exam that is not over yet, for whomever it is: who may not sit it knows somebody who may. And those
    of exams whose rules do not let those who sat it see the key, or what was right.
    """
    secret: set[str] = set()
    for exam in store.practice.exams_with_secrets(now - LATE):
        if now < locks_at(exam, over_at(exam)) or hides(exam, now):
            secret |= store.practice.asked_in(exam)
    return secret


def held_back(store: QuizStore, form: Document, now: datetime) -> set[str]:
    """The ids of those questions of a practice's form that it must not tell of now; of an exam's form none, since its
    own review rules decide.
    """
    if not is_practice(form):
        return set()
    return withheld(store, now) & {question["id"] for question in form["questions"]}


def hidden(store: QuizStore, now: datetime) -> set[str]:
    """The ids of questions whose key some exam's review rules do not allow to be seen now."""
    exams = store.practice.exams_with_secrets(now - LATE)
    return {id for exam in exams if hides(exam, now) for id in store.practice.asked_in(exam)}


def hides(exam: Document, now: datetime) -> bool:
    """Whether the exam's review rules keep the key, or which answers were right, from those who sat it."""
    return not (allowed(exam, "key", now) and allowed(exam, "correctness", now))
