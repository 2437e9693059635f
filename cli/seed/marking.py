"""An essay that waits for its two markers, and a regrade that is proposed and not applied."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from cli.seed.context import Client, Context

EXAM = "心得体会（主观题）"
AUTHOR = "handler"
TEXT = "教育整顿要从思想上正本清源，把规矩挺在前面；对照典型案例查找自身不足，边学边改，以案促改。"
ESSAY = {
    "type": "essay",
    "stem": "结合本职工作，谈谈对“刀刃向内、正风肃纪”的认识和打算。",
    "answer": "能联系本职，有认识、有对照、有措施。",
    "score": 100,
    "category": "心得体会",
    "rubric": [{"text": "认识到位", "score": 40}, {"text": "联系实际，措施可行", "score": 60}],
}


def run(context: Context, trainer: Client, sat_exam_id: str) -> None:
    """Adds what is missing of it. ``sat_exam_id``: the exam whose first question is proposed to be void."""
    _essay(context, trainer)
    if not trainer.api("GET", f"/exams/{sat_exam_id}/regrades")["items"]:
        statistics = trainer.api("GET", f"/exams/{sat_exam_id}/statistics")
        change = {"question_id": statistics["items"][0]["question_id"], "kind": "void"}
        body = {"changes": [change], "reason": "演示：题目表述有歧义，预览影响后再决定是否执行。"}
        trainer.api("POST", f"/exams/{sat_exam_id}/regrades", body)


def _essay(context: Context, trainer: Client) -> None:
    exam = next((exam for exam in trainer.items("/exams") if exam["title"] == EXAM), None) or _exam(trainer)
    author = context.client(AUTHOR)
    mine = next(found for found in author.items("/me/exams") if found["id"] == exam["id"])
    if mine["attempt_ids"] and not mine["running_attempt_id"]:
        return
    attempt = author.api("POST", f"/exams/{exam['id']}/attempts", {})
    path = f"/attempts/{attempt['id']}"
    author.api("PUT", f"{path}/answers/{attempt['questions'][0]['id']}", {"answer": TEXT, "sequence": 1})
    author.api("POST", f"{path}/submission", {})
    context.wait_until(lambda: trainer.api("GET", f"/marking?exam_id={exam['id']}")["items"], "an essay to be marked")


def _exam(trainer: Client) -> dict[str, Any]:
    question = trainer.api("POST", "/questions", ESSAY)
    paper = trainer.api("POST", "/papers", {"title": EXAM, "kind": "fixed", "question_ids": [question["id"]]})
    now = datetime.now(UTC).replace(microsecond=0)
    body = {
        "title": EXAM,
        "paper_id": paper["id"],
        "opens_at": (now - timedelta(days=1)).isoformat(),
        "closes_at": (now + timedelta(days=365)).isoformat(),
        "time_limit_minutes": 90,
        "pass_score": 60,
    }
    exam: dict[str, Any] = trainer.api("POST", "/exams", body)
    return exam
