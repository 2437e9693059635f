"""Marking what was handed in, and what it makes of the person's standing. Every step may run twice."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from chassis import clock
from chassis.refusals import NotFound, Stale, WrongState
from contracts.event import Draft, Received
from contracts.quiz.events import AttemptGradedV1
from services.quiz.model import attempt as rules
from services.quiz.model.grading import InvalidAnswer
from services.quiz.model.question import ESSAY
from services.quiz.model.standing import standing, standing_id
from services.quiz.store import QuizStore

Document = dict[str, Any]
TRIES = 10


def grade(store: QuizStore, events: list[Received]) -> None:
    """Marks the attempts that the events tell of, and counts them in the standings.

    An attempt with essays keeps what can be marked by machine, and waits for a trainer. An attempt that is
    graded already is not marked again, but counted if that was missed; so a crash in between leaves
    nothing undone.
    """
    now = clock.now()
    attempts = store.attempts.many({event.data["attempt_id"] for event in events})
    marked = [(attempt["_id"], _marked(store, attempt, now)) for attempt in attempts if _waits(attempt)]
    store.attempts.grade(marked)
    fields = dict(marked)
    _count(store, [attempt | fields.get(attempt["_id"], {}) for attempt in attempts])


def mark(store: QuizStore, request: Document, now: datetime) -> Document:
    """A trainer's mark for one essay; with the last one the attempt is graded and counted, in one
    transaction.

    ``WrongState`` unless the attempt waits for marks; ``InvalidAnswer`` for a score above the question's.
    """
    id = request["attempt_id"]

    def effect(session: Any) -> Document:
        attempt = store.attempts.get(id, session)
        if attempt is None:
            raise NotFound("attempt")
        form = store.exams.form(attempt["form_id"])
        assert form is not None
        essay = next((q for q in form["questions"] if q["id"] == request["question_id"]), None)
        if essay is None or essay["type"] != ESSAY:
            raise NotFound("question")
        if not _waits(attempt):
            raise WrongState(attempt["state"])
        if request["score"] > essay["score"]:
            raise InvalidAnswer([{"field": "score", "message": "answer.score_too_great"}])
        attempt["by_hand"] = attempt.get("by_hand", {}) | {essay["id"]: request["score"]}
        fields = _marked(store, attempt, now)
        attempt = store.attempts.update(attempt, fields, session=session)
        if attempt["state"] == rules.GRADED:
            _count_one(store, attempt, session)
        unmarked = sum(score is None for score in fields["marks"].values())
        return {"id": id, "state": attempt["state"], "unmarked": unmarked}

    return store.transaction(effect)


def _waits(attempt: Document) -> bool:
    return (attempt["state"], "grade") in rules.TRANSITIONS


def _marked(store: QuizStore, attempt: Document, now: datetime) -> Document:
    """The fields that marking sets."""
    form = store.exams.form(attempt["form_id"])
    assert form is not None
    by_hand = attempt.get("by_hand", {})
    marks = rules.marks_of(form["questions"], attempt["answers"], by_hand)
    score = rules.score_of(marks)
    fields: Document = {"marks": marks, "by_hand": by_hand, "score": score}
    if score is not None:
        fields |= {"state": rules.TRANSITIONS[attempt["state"], "grade"], "graded_at": now}
    return fields


def _count(store: QuizStore, attempts: list[Document]) -> None:
    """Counts each graded attempt in its standing: new standings in one write, others one by one."""
    graded = [attempt for attempt in attempts if attempt["state"] == rules.GRADED]
    known = store.standings.many(_standing_of(attempt) for attempt in graded)
    first: dict[str, Document] = {}
    later = []
    for attempt in graded:
        id = _standing_of(attempt)
        if id in known or id in first:
            later.append(attempt)
        else:
            first[id] = attempt
    existed = store.standings.insert_many([_with(store, None, attempt) for attempt in first.values()])
    for attempt in [first[id] for id in existed] + later:
        _count_one(store, attempt, None)


def _count_one(store: QuizStore, attempt: Document, session: Any) -> None:
    for _ in range(TRIES):
        before = store.standings.get(_standing_of(attempt), session)
        if before is None:
            if store.standings.insert(*_with(store, None, attempt), session):
                return
        elif str(attempt["number"]) in before["marks"]:
            return
        else:
            fields, events = _with(store, before, attempt)
            try:
                store.standings.update(before, fields, events, session)
                return
            except Stale:
                if session is not None:
                    raise
    raise Stale


def _with(store: QuizStore, before: Document | None, attempt: Document) -> tuple[Document, list[Draft]]:
    """The standing's fields with this attempt in it, and the event that tells of it."""
    exam = store.exams.get(attempt["exam_id"])
    assert exam is not None
    mark = {"attempt_id": attempt["_id"], "number": attempt["number"], "score": attempt["score"]}
    marks = (before["marks"] if before else {}) | {str(attempt["number"]): mark}
    counts = standing(exam, marks)
    id = _standing_of(attempt)
    told = AttemptGradedV1.draft(
        id,
        attempt_id=attempt["_id"],
        exam_id=exam["_id"],
        exam_title=exam["title"],
        person_id=attempt["person_id"],
        number=attempt["number"],
        attempt_score=attempt["score"],
        max_score=exam["max_score"],
        required=exam["required"],
        submitted_at=attempt["submitted_at"],
        graded_at=attempt["graded_at"],
        **asdict(counts),
    )
    fields = {"marks": marks, **asdict(counts)}
    if before is None:
        fields |= {"_id": id, "exam_id": exam["_id"], "person_id": attempt["person_id"]}
    return fields, [told]


def _standing_of(attempt: Document) -> str:
    return standing_id(attempt["exam_id"], attempt["person_id"])
