"""Marking what was handed in, and what it makes of the person's standing. Every step may run twice."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from chassis import clock
from chassis.refusals import Stale
from contracts.event import Draft, Received
from contracts.quiz.events import AttemptGradedV1
from services.quiz.model import attempt as rules
from services.quiz.model.grades import grade_of
from services.quiz.model.marking import new_markings
from services.quiz.model.practice_exam import is_practice
from services.quiz.model.regrade import corrected_form
from services.quiz.model.standing import counted, standing, standing_id
from services.quiz.store import QuizStore

Document = dict[str, Any]
TRIES = 10


def grade(store: QuizStore, events: list[Received]) -> None:
    """Marks the attempts that the events tell of, and counts them in the standings.

    An attempt with essays keeps what can be marked by machine, and waits for its markers. An attempt that is
    graded already is not marked again, but counted if that was missed; so a crash in between leaves
    nothing undone.
    """
    grade_attempts(store, store.attempts.many({event.data["attempt_id"] for event in events}), clock.now())


def grade_attempts(store: QuizStore, attempts: list[Document], now: datetime) -> None:
    """The same for attempts as they were read. One whose exam was regraded meanwhile is marked by the keys as they are
    at the end: whoever comes second, the regrade or this, finds what the other wrote.
    """
    keys = store.regrades.corrections_of({attempt["exam_id"] for attempt in attempts})
    waiting = [attempt for attempt in attempts if waits(attempt)]
    fields = {attempt["_id"]: _marked(store, attempt, keys[attempt["exam_id"]], now) for attempt in waiting}
    store.attempts.grade(list(fields.items()))
    store.exams.refresh()
    marked = [attempt | fields.get(attempt["_id"], {}) for attempt in attempts]
    store.markings.open([marking for attempt in marked if waits(attempt) for marking in _essays(store, attempt, now)])
    _count(store, marked)
    store.practice.let_enter(_of_practice(store, marked))
    catch_up(store, marked, now)


def mark_essay(
    store: QuizStore, attempt: Document, question_id: str, score: float, now: datetime, session: Any
) -> Document:
    """The attempt with the mark of one essay; with the last one it is graded and counted, within the transaction."""
    attempt["by_hand"] = attempt.get("by_hand", {}) | {question_id: score}
    fields = _marked(store, attempt, store.regrades.corrections(attempt["exam_id"], session), now)
    attempt = store.attempts.update(attempt, fields, session=session)
    if attempt["state"] == rules.GRADED:
        _count_one(store, attempt, session)
    return attempt


def catch_up(store: QuizStore, attempts: list[Document], now: datetime) -> None:
    """Marks those anew that were graded by keys which a regrade has corrected meanwhile."""
    graded = [attempt for attempt in attempts if attempt["state"] == rules.GRADED]
    keys = store.regrades.corrections_of({attempt["exam_id"] for attempt in graded})
    for attempt in graded:
        if attempt.get("keys", 0) < keys[attempt["exam_id"]]["number"]:
            current = store.attempts.get(attempt["_id"])
            if current is not None:
                remark(store, current, keys[attempt["exam_id"]], now)


def remark(store: QuizStore, attempt: Document, keys: Document, now: datetime) -> None:
    """Marks a graded attempt by the keys as they are corrected, and counts it anew; told only where what counts is
    another. Changes nothing when it was done before, and finishes what was begun.
    """
    for _ in range(TRIES):
        if attempt.get("keys", 0) < keys["number"]:
            marks = _marks(store, attempt, keys)
            score = rules.score_of(marks)
            fields = {"marks": marks, "score": score, "keys": keys["number"]}
            try:
                attempt = store.attempts.remark(attempt, fields, _erratum(attempt, score, keys, now))
            except Stale:
                current = store.attempts.get(attempt["_id"])
                assert current is not None
                attempt = current
                continue
        _count_one(store, attempt, None)
        return
    raise Stale


def waits(attempt: Document) -> bool:
    """Whether the attempt is handed in and not graded yet."""
    return (attempt["state"], "grade") in rules.TRANSITIONS


def _erratum(attempt: Document, score: float | None, keys: Document, now: datetime) -> Document | None:
    if score == attempt["score"]:
        return None
    told = {"regrade_id": keys["regrade_id"], "notice": keys["notice"], "at": now}
    return told | {"before": attempt["score"], "after": score}


def _essays(store: QuizStore, attempt: Document, now: datetime) -> list[Document]:
    exam, form = store.exams.get(attempt["exam_id"]), store.exams.form(attempt["form_id"])
    assert exam is not None
    assert form is not None
    return new_markings(exam, form, attempt, now)


def _marks(store: QuizStore, attempt: Document, keys: Document) -> dict[str, float | None]:
    form = store.exams.form(attempt["form_id"])
    assert form is not None
    questions = corrected_form(form, keys["questions"])["questions"]
    return rules.marks_of(questions, attempt["answers"], attempt.get("by_hand", {}))


def _marked(store: QuizStore, attempt: Document, keys: Document, now: datetime) -> Document:
    """The fields that marking sets."""
    marks = _marks(store, attempt, keys)
    score = rules.score_of(marks)
    fields: Document = {
        "marks": marks,
        "by_hand": attempt.get("by_hand", {}),
        "score": score,
        "keys": keys["number"],
    }
    if score is not None:
        fields |= {"state": rules.TRANSITIONS[attempt["state"], "grade"], "graded_at": now}
    return fields


def _count(store: QuizStore, attempts: list[Document]) -> None:
    """Counts each graded attempt in its standing: new standings in one write, others one by one."""
    graded = [attempt for attempt in attempts if attempt["state"] == rules.GRADED and counts(store, attempt)]
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


def counts(store: QuizStore, attempt: Document) -> bool:
    """Whether it was handed in before its exam was cancelled, if it was; a practice's never counts."""
    exam = store.exams.get(attempt["exam_id"])
    assert exam is not None
    cancelled_at: datetime | None = exam.get("cancelled_at")
    return not is_practice(exam) and (cancelled_at is None or attempt["submitted_at"] < cancelled_at)


def _of_practice(store: QuizStore, attempts: list[Document]) -> dict[str, datetime]:
    """The graded ones of practices, which no event tells of: from when on they may enter the wrong-question book."""
    return {
        attempt["_id"]: attempt["submitted_at"]
        for attempt in attempts
        if attempt["state"] == rules.GRADED and is_practice(store.exams.get(attempt["exam_id"]) or {})
    }


def _count_one(store: QuizStore, attempt: Document, session: Any) -> None:
    if not counts(store, attempt):
        return
    for _ in range(TRIES):
        before = store.standings.get(_standing_of(attempt), session)
        if before is None:
            if store.standings.insert(*_with(store, None, attempt), session):
                return
        elif _is_counted(before, attempt):
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


def _is_counted(standing: Document, attempt: Document) -> bool:
    known = standing["marks"].get(str(attempt["number"]))
    return known is not None and known.get("keys", 0) >= attempt.get("keys", 0)


def _with(store: QuizStore, before: Document | None, attempt: Document) -> tuple[Document, list[Draft]]:
    """The standing's fields with this attempt in it, and the event that tells of it; none where the attempt was
    counted before, and what counts and which attempt it is of stay as they are.
    """
    exam = store.exams.get(attempt["exam_id"])
    assert exam is not None
    again = before is not None and str(attempt["number"]) in before["marks"]
    names = {"attempt_id": "_id", "number": "number", "score": "score", "submitted_at": "submitted_at", "keys": "keys"}
    mark = {name: attempt.get(field, 0) for name, field in names.items()}
    marks = (before["marks"] if before else {}) | {str(attempt["number"]): mark}
    which = counted(exam, marks)
    counts = asdict(standing(exam, marks))
    fields = {"marks": marks, **counts}
    if before is None:
        fields |= {"_id": _standing_of(attempt), "exam_id": exam["_id"], "person_id": attempt["person_id"]}
    elif again and all(before.get(name) == value for name, value in counts.items()) and not _moves(exam, before, which):
        return fields, []
    counts |= {"counted_attempt_id": which["attempt_id"], "counted_at": _handed_in_at(store, which)}
    return fields, [_told(exam, attempt, counts, by_regrade=again)]


def _moves(exam: Document, before: Document, which: Document) -> bool:
    """Whether another attempt counts than did."""
    return bool(counted(exam, before["marks"])["number"] != which["number"])


def _handed_in_at(store: QuizStore, mark: Document) -> datetime | None:
    """When the attempt of a mark was handed in; marks of before keep it with the attempt alone."""
    if "submitted_at" not in mark:
        attempt = store.attempts.get(mark["attempt_id"])
        return attempt["submitted_at"] if attempt is not None else None
    at: datetime = mark["submitted_at"]
    return at


def _told(exam: Document, attempt: Document, counts: Document, *, by_regrade: bool) -> Draft:
    errata = attempt.get("errata", [])
    return AttemptGradedV1.draft(
        _standing_of(attempt),
        attempt_id=attempt["_id"],
        exam_id=exam["_id"],
        exam_title=exam["title"],
        person_id=attempt["person_id"],
        number=attempt["number"],
        attempt_score=attempt["score"],
        max_score=exam["max_score"],
        required=exam["required"],
        makes_up=exam.get("makes_up"),
        grade=grade_of(exam, counts["score"], exam["max_score"]),
        submitted_at=attempt["submitted_at"],
        graded_at=attempt["graded_at"],
        regrade_id=errata[-1]["regrade_id"] if by_regrade and errata else None,
        **counts,
    )


def _standing_of(attempt: Document) -> str:
    return standing_id(attempt["exam_id"], attempt["person_id"])
