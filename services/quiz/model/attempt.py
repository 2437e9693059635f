"""Attempts: their states, their ids, the rule of sequences, and the marks of their answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.quiz.model.grading import mark, total
from services.quiz.model.question import BLANK, blanks_of

RUNNING, SUBMITTED, GRADED = "running", "submitted", "graded"

# (state, action) -> state. Nothing else moves an attempt.
TRANSITIONS = {
    (RUNNING, "save"): RUNNING,
    (RUNNING, "submit"): SUBMITTED,
    (SUBMITTED, "grade"): GRADED,
}

BY_PERSON, BY_SERVER = "person", "server"


@dataclass
class SequenceTaken(Exception):
    """Another answer is stored under the same sequence: two devices counted alike, and this one came
    second."""

    sequence: int


@dataclass(frozen=True)
class Saved:
    """An answer as it is stored."""

    answer: Any
    sequence: int
    saved_at: datetime


def actions(state: str) -> list[str]:
    """What a person can do with an attempt in this state."""
    return [action for start, action in TRANSITIONS if start == state and action != "grade"]


def attempt_id(form_id: str, unique: str) -> str:
    """An attempt's id names its form, so that a save knows the questions' types without reading the
    attempt."""
    return f"{form_id}.{unique}"


def form_of_attempt(attempt_id: str) -> str:
    """The form that an attempt's id names; any text for an id that was never given out."""
    return attempt_id.rpartition(".")[0]


def stands_against(stored: Saved, answer: Any, sequence: int) -> Saved:
    """What the client of a save that changed nothing is told: the stored answer, newer than or equal to
    its own.

    ``SequenceTaken`` where saying "saved" would be a lie: the sequence is the same, the answer another.
    """
    if stored.sequence == sequence and stored.answer != answer:
        raise SequenceTaken(stored.sequence)
    return stored


def stored_answers(answers: dict[str, dict[str, Any]]) -> int:
    """How many questions have an answer; a cleared one has none."""
    return sum(stored["answer"] is not None for stored in answers.values())


def marks_of(
    questions: list[dict[str, Any]],
    answers: dict[str, dict[str, Any]],
    by_hand: dict[str, float],
) -> dict[str, float | None]:
    """Question id -> score; None where an essay still waits. ``by_hand`` are the marks that a trainer has
    given."""
    return {
        question["id"]: by_hand[question["id"]]
        if question["id"] in by_hand and not question.get("void")
        else mark(question, answers.get(question["id"], {}).get("answer"))
        for question in questions
    }


def score_of(marks: dict[str, float | None]) -> float | None:
    """The attempt's score; None while an answer is unmarked."""
    scores = [score for score in marks.values() if score is not None]
    return total(scores) if len(scores) == len(marks) else None


def asked(question: dict[str, Any]) -> dict[str, Any]:
    """A form's question as a person in the exam sees it: each field is named here, so that no key slips
    through."""
    shown = {
        "id": question["id"],
        "type": question["type"],
        "stem": question["stem"],
        "options": [{"key": option["key"], "text": option["text"]} for option in question["options"]],
        "score": question["score"],
    }
    if question["type"] == BLANK:
        shown["blanks"] = len(blanks_of(question["answer"]))
    if question.get("media"):
        shown["media"] = [{name: picture[name] for name in ("place", "id", "alt")} for picture in question["media"]]
    return shown
