"""What the quiz service is told by its environment; every name begins with QUIZ_."""

from __future__ import annotations

from dataclasses import dataclass

from environs import Env
from marshmallow import validate


@dataclass(frozen=True)
class QuizSettings:
    """``practice_questions``: how many questions a day's practice set has, 5 to 10."""

    practice_questions: int = 8


def load_settings(env: Env) -> QuizSettings:
    """See ``chassis.config.read`` for errors."""
    default = QuizSettings().practice_questions
    questions = env.int("QUIZ_PRACTICE_QUESTIONS", default, validate=validate.Range(min=5, max=10))
    return QuizSettings(practice_questions=questions or default)
