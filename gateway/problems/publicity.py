"""The problems of publications and channels. A wrong state is told by the common row."""

from __future__ import annotations

from typing import Any

from gateway.language import text
from gateway.problems.row import Row


def _incomplete(details: dict[str, Any], language: str) -> str:
    separator = ", " if language == "en" else "、"
    missing = separator.join(text(f"publicity.field.{name}", language) for name in details["missing"])
    return text("publicity.problem.incomplete", language, missing=missing)


def _not_independent(details: dict[str, Any], language: str) -> str:
    return text(f"publicity.problem.reviewer_{details['why']}", language)


PROBLEMS = {
    "PublicationIncomplete": Row(
        422,
        "publication-incomplete",
        zh="稿件内容不完整",
        en="The publication is incomplete",
        detail=_incomplete,
        members=("missing",),
    ),
    "ReviewOutOfTurn": Row(
        409,
        "review-out-of-turn",
        zh="审核环节次序不符",
        en="Another review is next",
        detail="publicity.problem.out_of_turn",
        members=("next_stage",),
    ),
    "ReviewerNotIndependent": Row(
        403,
        "reviewer-not-independent",
        zh="审核人不独立",
        en="The reviewer is not independent",
        detail=_not_independent,
        members=("why",),
    ),
    "ContentChanged": Row(
        409,
        "content-changed",
        zh="稿件内容已变化",
        en="The text has changed",
        detail="publicity.problem.content_changed",
        members=("content_hash",),
    ),
}
