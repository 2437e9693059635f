"""What is arranged for single persons: more time, an exemption, a make-up for those who failed; an exam as practice."""

from __future__ import annotations

from typing import Any

from cli.seed.context import Client, Context
from cli.seed.exams import exam_on

MAKE_UP = "教育整顿应知应会测试（补考）"
PRACTICE_PAPER = "业务常识练习卷"
PRACTICE = "业务常识练习（即时反馈）"
# In no exam, so that its keys may be told.
PRACTISED_CATEGORY, PRACTISED = "业务常识", 5

GRANTED: dict[str, dict[str, Any]] = {
    "member6": {"extra_minutes": 30, "reason": "右手骨折，延长答题时间（附医院证明）"},
    "member8": {"exempt": True, "reason": "产假期间，免考"},
}


def run(context: Context, trainer: Client, sat: dict[str, Any], later: dict[str, Any], paper: dict[str, Any]) -> None:
    """Adds what is missing of it. ``sat``: the exam that is made up, on ``paper``; ``later``: where more is granted."""
    granted = {given["person_id"] for given in trainer.api("GET", f"/exams/{later['id']}/overrides")["items"]}
    for username, given in GRANTED.items():
        person_id = context.client(username).api("GET", "/me")["id"]
        if person_id not in granted:
            trainer.api("PUT", f"/exams/{later['id']}/overrides/{person_id}", given)
    titles = {exam["title"] for exam in trainer.items("/exams")}
    if MAKE_UP not in titles:
        trainer.api("POST", "/exams", exam_on(paper, MAKE_UP, opens=20, closes=40, make_up_of=sat["id"], credits=2))
    if PRACTICE not in titles:
        chosen = list(trainer.items("/questions", state="active", category=PRACTISED_CATEGORY))
        ids = [question["id"] for question in chosen if question["type"] != "essay"][:PRACTISED]
        body = {"title": PRACTICE_PAPER, "kind": "fixed", "question_ids": ids}
        made = trainer.api("POST", "/papers", body)
        practice = {"mode": "practice", "attempts_allowed": 20, "pass_score": made["max_score"] * 0.6}
        trainer.api("POST", "/exams", exam_on(made, PRACTICE, opens=-1, closes=365, **practice))
