"""The refusals of the quiz service."""

from __future__ import annotations

from typing import Any

from gateway.language import text
from gateway.problems.core import INVALID
from gateway.problems.row import Row


def _not_open(details: dict[str, Any], language: str) -> str:
    return text(f"quiz.exam_{details['state']}", language, **details)


PROBLEMS = {
    "InvalidQuestion": INVALID,
    "InvalidPaper": INVALID,
    "InvalidExam": INVALID,
    "InvalidAnswer": INVALID,
    "InvalidMark": INVALID,
    "InvalidRegrade": INVALID,
    "AlreadyMarked": Row(
        409,
        "already-marked",
        zh="您已为此答案评分，应由他人继续评分",
        en="You have marked this answer; the next mark is somebody else's",
    ),
    "PreviewOutdated": Row(
        409,
        "preview-outdated",
        zh="预览已过时：该考试另有更正已执行，请重新拟定",
        en="The preview is outdated: another regrade of the exam was applied. Propose it anew",
    ),
    "ExamNotOpen": Row(
        409,
        "exam-not-open",
        zh="考试不在开放时间内",
        en="The exam is not open",
        detail=_not_open,
        members=("state", "opens_at", "closes_at", "latest_start_at"),
    ),
    "TooSoon": Row(
        409,
        "attempt-too-soon",
        zh="距上次交卷时间太短",
        en="Too soon after the attempt before",
        detail="quiz.too_soon",
        members=("next_start_at",),
    ),
    "NoAttemptsLeft": Row(
        409,
        "no-attempts-left",
        zh="作答次数已用完",
        en="No attempts left",
        detail="quiz.no_attempts_left",
        members=("attempts_allowed",),
    ),
    "NoFeedback": Row(
        409,
        "no-feedback",
        zh="考试中不提供即时反馈",
        en="No feedback in an exam",
        detail="quiz.no_feedback",
    ),
    "QuestionsWithheld": Row(
        409,
        "questions-withheld",
        zh="试题暂不能练习",
        en="Questions are withheld",
        detail="quiz.questions_withheld",
    ),
    "AnswerTold": Row(
        409,
        "answer-told",
        zh="该题已给出反馈",
        en="Feedback on this answer was given",
        detail="quiz.answer_told",
    ),
    "SequenceTaken": Row(
        409,
        "sequence-taken",
        zh="该序号已保存其他答案",
        en="Another answer is stored under this sequence",
        detail="quiz.sequence_taken",
        members=("sequence",),
    ),
}
