"""Make-up exams: for those of the former audience who missed or failed, found out at the time of asking."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from contracts.call import Actor
from services.quiz.model import attempt as attempts
from services.quiz.model import exam as rules
from services.quiz.model import overrides
from services.quiz.model.standing import standing_id
from services.quiz.store import QuizStore

Document = dict[str, Any]


def is_for(store: QuizStore, exam: Document, person: Actor) -> bool:
    """Whether the person is to sit the exam; only of a make-up anything is read."""
    return rules.is_for(exam["audience"], person) and not has_no_need(store, [exam], person)


def has_no_need(store: QuizStore, exams: Iterable[Document], person: Actor) -> set[str]:
    """The ids of those make-ups that the person need not sit: one of the exams that they make up was passed, or is not
    marked yet, or the person was exempted from it.
    """
    made_up = {exam["_id"]: exam["made_up"] for exam in exams if exam.get("made_up")}
    if not made_up:
        return set()
    former = store.exams.many({id for ids in made_up.values() for id in ids})
    standings = store.standings.many(standing_id(id, person.id) for id in former)
    settled = {standing["exam_id"] for standing in standings.values() if standing["passed"]}
    settled |= {id for id, exam in former.items() if person.id in overrides.exempt(exam)}
    sat = store.attempts.of_person(person.id, list(former))
    # Handed in after a cancellation it never counts, so nobody waits for it.
    settled |= {attempt["exam_id"] for attempt in sat if _is_awaited(former[attempt["exam_id"]], attempt)}
    return {id for id, ids in made_up.items() if not settled.isdisjoint(ids)}


def _is_awaited(exam: Document, attempt: Document) -> bool:
    return attempt["state"] != attempts.GRADED and exam.get("cancelled_at") is None
