"""Hints at what a person might want to look at of an exam. Who looks is recorded, and what they make of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chassis.ids import new_id
from chassis.offloading import offload
from chassis.refusals import NotFound
from contracts.call import Call
from contracts.quiz import operations
from services.quiz.handlers import exam_statistics
from services.quiz.model import hints as rules
from services.quiz.model.question import SINGLE
from services.quiz.store import QuizStore

Document = dict[str, Any]
KIND = "hints"
LOOKS_SHOWN = 50
# More than these nobody judges; the exam then has another trouble than two people.
HINTS_KEPT = 300


def get(store: QuizStore, request: Document, call: Call) -> Document:
    """The exam's hints with what was made of them, and who looked before; none about the caller. Looking is
    recorded.
    """
    exam = exam_statistics.known(store, request["exam_id"])
    assert call.actor is not None
    content = _computed(store, exam, call.now)
    looks = store.figures.looks(exam["_id"], LOOKS_SHOWN)
    store.figures.looked(new_id(), exam["_id"], call.actor.id, call.now)
    judgements: dict[str, list[Document]] = {}
    for judgement in store.figures.judgements(exam["_id"]):
        judgements.setdefault(judgement["hint_id"], []).append(judgement)
    shown = [hint for hint in content["hints"] if call.actor.id not in hint["person_ids"]]
    items = [hint | {"judgements": judgements.get(hint["id"], [])} for hint in shown]
    figures = {name: content[name] for name in ("attempts", "compared", "left_out") if name in content}
    return {"exam_id": exam["_id"], **figures, "items": items, "looks": looks}


def judge(store: QuizStore, request: Document, call: Call) -> Document:
    """Records what the caller makes of a hint; nothing else follows of it. ``NotFound`` for a hint that there is not,
    or that is about the caller.
    """
    exam = exam_statistics.known(store, request["exam_id"])
    assert call.actor is not None
    by = call.actor.id
    known = {hint["id"]: hint for hint in _computed(store, exam, call.now)["hints"]}
    hint = known.get(request["hint_id"])
    if hint is None or by in hint["person_ids"]:
        raise NotFound("hint")

    def effect(session: Any) -> Document:
        judgement = {
            "_id": new_id(),
            "exam_id": exam["_id"],
            "hint_id": hint["id"],
            "judgement": request["judgement"],
            "reason": request["reason"],
            "by": by,
            "at": call.now,
        }
        store.figures.judge(judgement, session)
        return judgement | {"id": judgement["_id"]}

    return store.once(call, request, operations.judge_hint, effect)


def _computed(store: QuizStore, exam: Document, now: datetime) -> Document:
    stamp = [store.regrades.corrections(exam["_id"])["number"], store.attempts.count_graded(exam["_id"])]
    content = store.figures.kept(KIND, exam["_id"], stamp)
    if content is None:
        given, lengths = _given(store, exam)
        found = offload(_found, given, lengths)
        content = {
            "hints": found.told,
            "left_out": found.left_out,
            "attempts": len(given),
            "compared": found.compared,
            "computed_at": now,
        }
        store.figures.keep(KIND, exam["_id"], stamp, content)
    return content


def _found(given: list[rules.Given], lengths: dict[str, int]) -> rules.Hints:
    # numpy is loaded by the first exam whose hints somebody looks at.
    from services.quiz.answer_patterns import matches

    return rules.of_exam(given, lengths, matches, HINTS_KEPT)


def _given(store: QuizStore, exam: Document) -> tuple[list[rules.Given], dict[str, int]]:
    """Each person's first attempt, and how much there is to read of each question."""
    forms = {form["_id"]: form for form in exam_statistics.forms_of(store, exam)}
    questions = {question["id"]: question for form in forms.values() for question in form["questions"]}
    single = {id: question for id, question in questions.items() if question["type"] == SINGLE}
    read = ["person_id", "started_at", "number"]
    read += [f"answers.{id}.saved_at" for id in questions] + [f"answers.{id}.answer" for id in single]
    first = [
        _of(attempt, single)
        for attempt in store.attempts.graded(exam["_id"], dict.fromkeys(read, 1))
        if attempt["number"] == 1
    ]
    return first, {id: _length(question) for id, question in questions.items()}


def _of(attempt: Document, single: dict[str, Document]) -> rules.Given:
    answers = attempt.get("answers", {})
    wrong = {
        id: answer
        for id, question in single.items()
        if (answer := answers.get(id, {}).get("answer")) is not None
        and not question.get("void")
        and answer not in (question["answer"], *question.get("accepted", ()))
    }
    saved = tuple((id, stored["saved_at"]) for id, stored in answers.items())
    return rules.Given(attempt["_id"], attempt["person_id"], attempt["started_at"], saved, wrong)


def _length(question: Document) -> int:
    return len(question["stem"]) + sum(len(option["text"]) for option in question["options"])
