"""Essays, marked by people: by a rubric, by two who know neither the candidate nor each other's mark, by a third where
those two are far apart.
"""

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from services.quiz.model.grading import points, total
from services.quiz.model.question import ESSAY

WAITING, THIRD, DONE = "waiting", "third", "done"
# What is far apart where an exam does not say: a share of the question's score.
DEFAULT_THRESHOLD = 0.2


@dataclass
class AlreadyMarked(Exception):
    """The person has given their mark for this answer; the next one is somebody else's."""


@dataclass
class InvalidMark(Exception):
    """A mark that the rubric or the question's score does not allow. ``errors``: ``[{"field", "message"}]``."""

    errors: list[dict[str, Any]]


def marking_id(attempt_id: str, question_id: str) -> str:
    """The one marking of this answer; it tells of neither, and so of nobody."""
    return hashlib.sha256(f"{attempt_id}:{question_id}".encode()).hexdigest()[:32]


def new_markings(exam: dict[str, Any], form: dict[str, Any], attempt: dict[str, Any], now: Any) -> list[dict[str, Any]]:
    """The markings of the attempt's essays that have no mark yet, as they are stored first."""
    markers, threshold = rules_of(exam)
    return [
        {
            "_id": marking_id(attempt["_id"], question["id"]),
            "exam_id": attempt["exam_id"],
            "attempt_id": attempt["_id"],
            "question_id": question["id"],
            "person_id": attempt["person_id"],
            "max_score": question["score"],
            "rubric": question.get("rubric", []),
            "markers": markers,
            "threshold": threshold,
            "state": WAITING,
            "waiting": True,
            "marked_by": [],
            "marks": [],
            "opened_at": now,
        }
        for question in form["questions"]
        if question["type"] == ESSAY and attempt["marks"].get(question["id"], 0.0) is None
    ]


def rules_of(exam: dict[str, Any]) -> tuple[int, float]:
    """How many mark each essay of the exam, and from which share of its score on their marks are far apart. Exams of
    before there was a choice have one marker.
    """
    rules = exam.get("marking") or {"markers": 1, "threshold": DEFAULT_THRESHOLD}
    return rules["markers"], rules["threshold"]


def score_given(marking: dict[str, Any], score: float | None, given: list[float] | None) -> float:
    """The score of one mark: the sum of the points given for each part of the rubric, or, without one, the score
    itself.

    Where a paper asks the question for another score than its own, the rubric's points are in that proportion.
    ``InvalidMark`` for points that do not fit the rubric.
    """
    rubric = marking["rubric"]
    if not rubric:
        if score is None or given:
            raise InvalidMark([{"field": "score", "message": "marking.score_missing"}])
        if score > marking["max_score"]:
            raise InvalidMark([{"field": "score", "message": "answer.score_too_great"}])
        return score
    if not given or len(given) != len(rubric) or score is not None:
        message = {"field": "points", "message": "marking.points_missing", "parts": {"count": len(rubric)}}
        raise InvalidMark([message])
    errors = [
        {"field": f"points.{place}", "message": "answer.score_too_great"}
        for place, (point, part) in enumerate(zip(given, rubric, strict=True))
        if point > part["score"]
    ]
    if errors:
        raise InvalidMark(errors)
    of = total([part["score"] for part in rubric])
    return points(marking["max_score"], Fraction(str(total(given))) / Fraction(str(of)))


def outcome(scores: list[float], markers: int, threshold: float, max_score: float) -> tuple[str, float | None]:
    """The state and, once it is done, the score that counts, of the marks in the order in which they were given.

    One marker: that mark. Two: their mean, unless they differ by more than ``threshold`` of the greatest score; then a
    third marks, and the mean of the two marks that are nearest to each other counts, or the third one where it lies in
    the middle.
    """
    if len(scores) < markers:
        return WAITING, None
    if markers == 1:
        return DONE, scores[0]
    first, second, *others = scores
    if not others:
        near = abs(first - second) <= threshold * max_score + 1e-9
        return (DONE, _mean(first, second)) if near else (THIRD, None)
    third = others[0]
    to_first, to_second = abs(third - first), abs(third - second)
    if abs(to_first - to_second) < 1e-9:
        return DONE, third
    return DONE, _mean(third, first if to_first < to_second else second)


def _mean(one: float, other: float) -> float:
    return points(total([one, other]), Fraction(1, 2))
