"""Looking back on an attempt: what is shown is added field by field, as the exam's review rules allow it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from services.quiz.model import attempt as rules
from services.quiz.model.exam import allowed
from services.quiz.model.grades import grade_of
from services.quiz.model.shuffling import in_order

Document = dict[str, Any]
SCORE, CORRECTNESS, KEY, EXPLANATION = "score", "correctness", "key", "explanation"
_OF_ANSWERS = (CORRECTNESS, KEY, EXPLANATION)


def for_the_person(exam: Document, now: datetime) -> set[str]:
    """What the person who sat the exam may see of a graded attempt now."""
    return {what for what in (SCORE, *_OF_ANSWERS) if allowed(exam, what, now)}


def for_a_trainer() -> set[str]:
    """Trainers know the keys anyway."""
    return {SCORE, *_OF_ANSWERS}


def shown(
    exam: Document, form: Document, attempt: Document, view: set[str], held_back: Collection[str] = ()
) -> Document:
    """The attempt's questions, answers, score and review, as far as its state and ``view`` allow. While questions are
    ``held_back`` (ids), nothing is told of them, nor what would tell of them: the score.
    """
    of_answers = view if attempt["state"] == rules.GRADED else set()
    view = of_answers - {SCORE, KEY} if held_back else of_answers
    in_turn = in_order(form, attempt.get("order"))
    looks_back = not of_answers.isdisjoint(_OF_ANSWERS)
    return {
        "submitted_at": attempt.get("submitted_at"),
        "answers_stored": attempt.get("answers_stored", rules.stored_answers(attempt["answers"])),
        "questions": [rules.asked(question) for question in in_turn] if shows_questions(attempt, view) else [],
        "answers": own_answers(attempt),
        "max_score": form["max_score"],
        "score": attempt["score"] if SCORE in view else None,
        "passed": attempt["score"] >= exam["pass_score"] if SCORE in view else None,
        "grade": grade_of(exam, attempt["score"], form["max_score"]) if SCORE in view else None,
        "errata": errata(attempt, view),
        "review": [
            _reviewed(question, attempt, set() if question["id"] in held_back else of_answers) for question in in_turn
        ]
        if looks_back
        else None,
    }


def shows_questions(attempt: Document, view: set[str]) -> bool:
    """Whether the attempt shows its questions to somebody with this ``view``: while it runs, and in the look back."""
    graded = attempt["state"] == rules.GRADED
    return attempt["state"] == rules.RUNNING or (graded and not view.isdisjoint(_OF_ANSWERS))


def errata(attempt: Document, view: set[str]) -> list[Document]:
    """The regrades that changed the attempt's score: from what to what, where the score may be seen, and what the
    bureau says of it, which may well name the key, where the key may be.
    """
    hidden = ({} if SCORE in view else {"before": None, "after": None}) | ({} if KEY in view else {"notice": None})
    return [{"attempt_id": attempt["_id"], **erratum, **hidden} for erratum in attempt.get("errata", [])]


def own_answers(attempt: Document) -> list[Document]:
    """What is stored of the attempt's answers."""
    return [{"question_id": id, **stored} for id, stored in attempt["answers"].items()]


def _reviewed(question: Document, attempt: Document, view: set[str]) -> Document:
    stored = attempt["answers"].get(question["id"], {})
    reviewed = {"question_id": question["id"], "answer": stored.get("answer")}
    if CORRECTNESS in view:
        mark = attempt["marks"][question["id"]]
        reviewed |= {"score": mark, "max_score": question["score"], "correct": mark == question["score"]}
        reviewed |= {"void": True} if question.get("void") else {}
    if KEY in view:
        reviewed["key"] = question["answer"]
    if EXPLANATION in view:
        reviewed |= {"explanation": question["explanation"], "legal_basis": question["legal_basis"]}
    return reviewed
