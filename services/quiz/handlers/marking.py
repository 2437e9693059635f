"""Essays and their markers: what waits, what is marked, by whom. A marker sees the answer, never whose it is, and
nobody else's mark before the answer is done.
"""

from __future__ import annotations

from typing import Any

from chassis.refusals import NotFound, WrongState
from contracts.call import Actor, Call
from services.quiz.handlers import grading
from services.quiz.model import marking as rules
from services.quiz.model.question import ESSAY
from services.quiz.store import QuizStore

Document = dict[str, Any]


def queue(store: QuizStore, request: Document, call: Call) -> Document:
    """A page of what waits for a mark that the caller can give: not their own answers, nor what they marked before."""
    found = store.markings.queue(_marker(call).id, request.get("exam_id"), request["limit"], request["cursor"])
    items = found["items"]
    attempts = {attempt["_id"]: attempt for attempt in store.attempts.many(item["attempt_id"] for item in items)}
    return found | {"items": [_shown(store, item, attempts[item["attempt_id"]], call) for item in items]}


def get(store: QuizStore, request: Document, call: Call) -> Document:
    """One marking; with everybody's marks once it is done. ``NotFound`` for one's own answer."""
    marking = _known(store, request["marking_id"], call)
    attempt = store.attempts.get(marking["attempt_id"])
    assert attempt is not None
    return _shown(store, marking, attempt, call)


def give(store: QuizStore, request: Document, call: Call) -> Document:
    """The caller's mark: the points for each part of the rubric, or a score where there is none. Kept for good; the
    same mark once more changes nothing.

    With the mark that completes it the attempt goes on to be graded, in the same transaction. ``AlreadyMarked`` for a
    second mark by one person, ``WrongState`` when nobody's is waited for, ``InvalidMark``.
    """
    marking = _marked(store, request["marking_id"], request, call)
    return get(store, {"marking_id": marking["_id"]}, call)


def mark_answer(store: QuizStore, request: Document, call: Call) -> Document:
    """The same, by attempt and question: for those who come from the attempt."""
    attempt = store.attempts.get(request["attempt_id"])
    if attempt is None:
        raise NotFound("attempt")
    form, exam = store.exams.form(attempt["form_id"]), store.exams.get(attempt["exam_id"])
    assert form is not None
    assert exam is not None
    essay = next((q for q in form["questions"] if q["id"] == request["question_id"]), None)
    if essay is None or essay["type"] != ESSAY:
        raise NotFound("question")
    if not grading.waits(attempt):
        raise WrongState(attempt["state"])
    if "marks" in attempt:
        # Those that were handed in before there were markings have theirs now.
        store.markings.open(rules.new_markings(exam, form, attempt, call.now))
    _marked(store, rules.marking_id(attempt["_id"], essay["id"]), request, call)
    attempt = store.attempts.get(attempt["_id"])
    assert attempt is not None
    unmarked = sum(score is None for score in attempt["marks"].values())
    return {"id": attempt["_id"], "state": attempt["state"], "unmarked": unmarked}


def _marked(store: QuizStore, id: str, request: Document, call: Call) -> Document:
    marker = _marker(call)

    def effect(session: Any) -> tuple[Document, Document | None]:
        marking = _known(store, id, call, session)
        if marker.id in marking["marked_by"]:
            _same_as_before(marking, marker.id, request)
            return marking, None
        if marking["state"] not in (rules.WAITING, rules.THIRD):
            raise WrongState(marking["state"])
        score = rules.score_given(marking, request.get("score"), request.get("points"))
        mark = {
            "by": marker.id,
            "score": score,
            "points": request.get("points") or None,
            "comment": request["comment"],
            "at": call.now,
        }
        scores = [*(given["score"] for given in marking["marks"]), score]
        state, final = rules.outcome(scores, marking["markers"], marking["threshold"], marking["max_score"])
        fields = {"state": state} | ({} if final is None else {"score": final, "done_at": call.now})
        store.markings.add_mark(id, mark, fields, session)
        if final is None:
            return marking, None
        attempt = store.attempts.get(marking["attempt_id"], session)
        assert attempt is not None
        return marking, grading.mark_essay(store, attempt, marking["question_id"], final, call.now, session)

    marking, attempt = store.transaction(effect)
    if attempt is not None:
        grading.catch_up(store, [attempt], call.now)
    return marking


def _same_as_before(marking: Document, marker_id: str, request: Document) -> None:
    """A request that comes again is answered as the first; another mark is refused."""
    before = next(mark for mark in marking["marks"] if mark["by"] == marker_id)
    score = rules.score_given(marking, request.get("score"), request.get("points"))
    if (before["score"], before["points"] or [], before["comment"]) != (
        score,
        request.get("points") or [],
        request["comment"],
    ):
        raise rules.AlreadyMarked


def _known(store: QuizStore, id: str, call: Call, session: Any = None) -> Document:
    marking = store.markings.get(id, session)
    if marking is None or marking["person_id"] == _marker(call).id:
        raise NotFound("marking")
    return marking


def _shown(store: QuizStore, marking: Document, attempt: Document, call: Call) -> Document:
    form, exam = store.exams.form(attempt["form_id"]), store.exams.get(marking["exam_id"])
    assert form is not None
    assert exam is not None
    question = next(q for q in form["questions"] if q["id"] == marking["question_id"])
    done = marking["state"] not in (rules.WAITING, rules.THIRD)
    seen = [mark for mark in marking["marks"] if done or mark["by"] == _marker(call).id]
    return {
        "id": marking["_id"],
        "exam_id": marking["exam_id"],
        "exam_title": exam["title"],
        "question_id": marking["question_id"],
        "stem": question["stem"],
        "model_answer": question["answer"],
        "rubric": marking["rubric"],
        "max_score": marking["max_score"],
        "answer": attempt["answers"].get(marking["question_id"], {}).get("answer"),
        "state": marking["state"],
        "markers": marking["markers"],
        "marks": seen,
        "score": marking.get("score"),
    }


def _marker(call: Call) -> Actor:
    assert call.actor is not None
    return call.actor
