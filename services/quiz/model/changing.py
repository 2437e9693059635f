"""What of an exam may still be changed, and until when."""

from datetime import datetime
from typing import Any

from services.quiz.model.exam import CLOSED, OPEN, UPCOMING, InvalidExam, window
from services.quiz.model.grades import is_descending
from services.quiz.model.overrides import opens_first_at, shut_at, window_errors
from services.quiz.model.practice_exam import practice_errors

# Nobody has sat it yet: all but its paper, whose forms are made.
BEFORE = frozenset(
    {
        *("title", "opens_at", "closes_at", "latest_start_at", "time_limit_minutes", "attempts_allowed"),
        *("grace_seconds", "minutes_between_attempts", "pass_score", "grades", "audience", "review"),
        *("credits", "required"),
    }
)
# What those who sat it went by stays; more time harms nobody.
CHANGEABLE = {
    UPCOMING: BEFORE,
    OPEN: frozenset({"title", "closes_at", "review"}),
    CLOSED: frozenset({"title", "review"}),
}
MAKE_UP_KEEPS = frozenset({"audience", "required"})


def grade_errors(exam: dict[str, Any]) -> list[dict[str, Any]]:
    """What is wrong with an exam's scale: a step that nothing can reach."""
    scale = exam.get("grades")
    return [] if scale is None or is_descending(scale) else [{"field": "grades.steps", "message": "exam.grade_order"}]


def changed(exam: dict[str, Any], changes: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The exam with the changes. ``InvalidExam`` names each that may not be made any more, or makes no exam. An exam is
    open as soon as somebody may sit it, in a window of their own too.
    """
    state = window(exam | {"opens_at": opens_first_at(exam)}, now)
    allowed = CHANGEABLE[state] - (MAKE_UP_KEEPS if exam.get("make_up_of") else frozenset())
    errors: list[dict[str, Any]] = [
        {"field": name, "message": "exam.too_late_to_change"}
        for name in sorted(changes)
        if name not in allowed and changes[name] != exam.get(name)
    ]
    result = exam | changes
    if state == OPEN and result["closes_at"] < exam["closes_at"]:
        errors.append({"field": "closes_at", "message": "exam.closes_earlier"})
    if result["pass_score"] > exam["max_score"]:
        parts = {"max_score": exam["max_score"]}
        errors.append({"field": "pass_score", "message": "exam.nobody_passes", "parts": parts})
    errors += window_errors(result) + grade_errors(result) + practice_errors(result)
    if errors:
        raise InvalidExam(errors)
    return result | {"shut_at": shut_at(result)}
