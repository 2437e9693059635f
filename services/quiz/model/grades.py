"""Pass grades: what a share of the greatest score is called. The scale is data, with a version and a source."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

# Used where an exam names no scale of its own; the steps that the bureau's issue on quizzes asks for.
DEFAULT_SCALE: dict[str, Any] = {
    "version": "2026-1",
    "source": "司法局教育整顿考核惯例：90、80、60 分",
    "steps": [
        {"name": "优秀", "english": "excellent", "from_percent": 90.0},
        {"name": "良好", "english": "good", "from_percent": 80.0},
        {"name": "合格", "english": "pass", "from_percent": 60.0},
    ],
}


def grade(scale: dict[str, Any], score: float, max_score: float) -> dict[str, str] | None:
    """``name`` and ``english`` of the highest step that the score reaches; None below the lowest step.

    Compared in decimals, so that a score that reads as exactly 90 % reaches it.
    """
    reached = Decimal(str(score)) * 100
    for step in sorted(scale["steps"], key=lambda step: -step["from_percent"]):
        if reached >= Decimal(str(step["from_percent"])) * Decimal(str(max_score)):
            return {"name": step["name"], "english": step["english"]}
    return None


def grade_of(exam: dict[str, Any], score: float, max_score: float) -> dict[str, str] | None:
    """What the exam's own scale calls the score, or the usual one where it names none."""
    return grade(exam.get("grades") or DEFAULT_SCALE, score, max_score)


def is_descending(scale: dict[str, Any]) -> bool:
    """Whether every step begins below the one before it, so that each can be reached."""
    starts = [step["from_percent"] for step in scale["steps"]]
    return all(higher > lower for higher, lower in pairwise(starts))
