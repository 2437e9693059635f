"""Exams that are given as practice: each answer is looked at at once, so nothing is hidden, and nothing is credited."""

from dataclasses import dataclass
from typing import Any

from services.quiz.model.exam import IMMEDIATELY
from services.quiz.model.grading import mark
from services.quiz.model.question import ESSAY

EXAM, PRACTICE = "exam", "practice"
SHOWN_AT_ONCE = dict.fromkeys(("score", "correctness", "key", "explanation"), IMMEDIATELY)
CREDITS, NO_CREDITS = 1.0, 0.0


@dataclass
class NoFeedback(Exception):
    """Feedback on an answer was asked for in an exam that is no practice: its review rules say what is shown when."""


@dataclass
class QuestionsWithheld(Exception):
    """A practice that asks questions of an exam which is not over, or never shows its keys: now it tells nothing."""


@dataclass
class AnswerTold(Exception):
    """Feedback on the answer was given, and with it the key: the answer stands."""


def is_practice(exam: dict[str, Any]) -> bool:
    """Whether the exam, or the form of one, is of a practice."""
    return exam.get("mode") == PRACTICE


def practice_errors(exam: dict[str, Any]) -> list[dict[str, Any]]:
    """What an exam has that no practice can have: it is not required, earns nothing, makes up nothing, and shows all at
    once.
    """
    if not is_practice(exam):
        return []
    wrong = {
        "required": exam["required"],
        "credits": exam["credits"] != NO_CREDITS,
        "make_up_of": exam.get("make_up_of") is not None,
        "review": exam["review"] != SHOWN_AT_ONCE,
    }
    return [{"field": name, "message": "exam.not_of_a_practice"} for name, is_wrong in wrong.items() if is_wrong]


def question_errors(questions: list[dict[str, Any]], withheld: set[str]) -> list[dict[str, Any]]:
    """Which of its questions cannot be asked in a practice, and why: nobody marks an essay at once, and the key of
    another exam's question (``withheld``, ids) must not be told.
    """
    errors = [(id, "paper.essay_in_practice") for id in _ids(questions, ESSAY)]
    errors += [(id, "paper.question_withheld") for id in _ids(questions) if id in withheld]
    return [{"field": "paper_id", "message": code, "parts": {"question_id": id}} for id, code in errors]


def feedback(question: dict[str, Any], stored: dict[str, Any]) -> dict[str, Any]:
    """What is told of a stored answer to the question, all of it."""
    score = mark(question, stored["answer"])
    return {
        "question_id": question["id"],
        "answer": stored["answer"],
        "sequence": stored["sequence"],
        "saved_at": stored["saved_at"],
        "score": score,
        "max_score": question["score"],
        "correct": score == question["score"],
        "key": question["answer"],
        "explanation": question["explanation"],
        "legal_basis": question["legal_basis"],
    }


def _ids(questions: list[dict[str, Any]], type: str | None = None) -> list[str]:
    return list(dict.fromkeys(question["id"] for question in questions if type in (None, question["type"])))
