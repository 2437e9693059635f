"""What counts of a person's several attempts at one exam."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from services.quiz.model.grading import points as rounded
from services.quiz.model.grading import total

HIGHEST, LAST, FIRST, AVERAGE = "highest", "last", "first", "average"


@dataclass(frozen=True)
class Standing:
    """What counts for a person in an exam: ``credits`` earned, ``points`` 0 to 10."""

    score: float
    passed: bool
    credits: float
    points: int


def standing_id(exam_id: str, person_id: str) -> str:
    """The one standing of the person in the exam."""
    return f"{exam_id}:{person_id}"


def standing(exam: dict[str, Any], marks: dict[str, dict[str, Any]]) -> Standing:
    """What counts, by the exam's grading rule, of the graded attempts: ``marks`` has their ``number`` and
    ``score``.

    Passed at ``pass_score``; a point for each full tenth of the greatest score.
    """
    scores = [mark["score"] for mark in sorted(marks.values(), key=lambda mark: mark["number"])]
    score = _COUNTS[exam["grading"]](scores)
    passed = score >= exam["pass_score"]
    tenths = int(10 * Decimal(str(score)) / Decimal(str(exam["max_score"])))
    return Standing(score, passed, exam["credits"] if passed else 0.0, tenths)


def counted(exam: dict[str, Any], marks: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The mark of the attempt that counts, by the exam's grading rule: of several highest the earliest, since later
    ones change nothing; of an average, which is of all, the last.
    """
    return _WHICH[exam["grading"]](sorted(marks.values(), key=lambda mark: mark["number"]))


def _last(scores: list[float]) -> float:
    return scores[-1]


def _first(scores: list[float]) -> float:
    return scores[0]


def _average(scores: list[float]) -> float:
    return rounded(total(scores), Fraction(1, len(scores)))


def _highest_of(in_order: list[dict[str, Any]]) -> dict[str, Any]:
    # The first of equals.
    return max(in_order, key=lambda mark: mark["score"])


def _first_of(in_order: list[dict[str, Any]]) -> dict[str, Any]:
    return in_order[0]


def _last_of(in_order: list[dict[str, Any]]) -> dict[str, Any]:
    return in_order[-1]


_COUNTS: dict[str, Callable[[list[float]], float]] = {
    HIGHEST: max,
    LAST: _last,
    FIRST: _first,
    AVERAGE: _average,
}
_WHICH: dict[str, Callable[[list[dict[str, Any]]], dict[str, Any]]] = {
    HIGHEST: _highest_of,
    LAST: _last_of,
    FIRST: _first_of,
    AVERAGE: _last_of,
}
