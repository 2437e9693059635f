"""A question bank over all categories, papers and exams on them, some sittings that are over, and a day of practice.

The questions of ``questions.csv`` are of our own writing and go in by the import that trainers use. Those of the
category 业务常识 are in no exam but a practice, so there is something to practise while the exams are open.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from cli.seed import arrangements, marking
from cli.seed.context import Client, Context, SeedFailed
from cli.seed.exams import exam_on

FILE = Path(__file__).with_name("questions.csv")

CATEGORIES = ("political", "warning", "heroic_model", "party_history", "law")
PER_CATEGORY = 4

FIXED_PAPER = "教育整顿应知应会试卷"
DRAWN_PAPER = "每周一测（随机抽题）"

OPEN_EXAM = "教育整顿应知应会测试"
WEEKLY_EXAM = "每周一测"
LATER_EXAM = "年终法律知识考试"

REPEALED: dict[str, Any] = {
    "type": "true_false",
    "stem": "《中华人民共和国合同法》仍在施行。",
    "answer": True,
    "category": "法规沿革",
    "tags": ["已废止"],
    "legal_basis": "《中华人民共和国民法典》第一千二百六十条",
    "valid_from": "1999-10-01",
    "valid_to": "2020-12-31",
}

# Who has sat the open exam already, and how many of the twenty questions each gets wrong. member1 is free to try.
SITTINGS = {"member2": 1, "member3": 3, "member4": 0, "member5": 6, "member6": 11, "handler": 2}

# Who has begun today's practice: three questions, the first of them answered wrongly. member1 is free to try.
PRACTISES, PRACTISED = "member2", 3


def run(context: Context) -> None:
    """Adds what is missing of the above."""
    trainer = context.client("trainer")
    _import_questions(context, trainer)
    questions = list(trainer.items("/questions", state="active"))
    fixed = _made(trainer, "/papers", {"title": FIXED_PAPER, "kind": "fixed", "question_ids": _choice(questions)})
    blueprint = [{"category": category, "count": PER_CATEGORY, "score": 5} for category in CATEGORIES]
    drawn = _made(trainer, "/papers", {"title": DRAWN_PAPER, "kind": "drawn", "blueprint": blueprint})
    usual = {"attempts_allowed": 3, "grading": "highest", "review": _review("after_close")}
    required = usual | {"required": True}
    weekly = usual | {"review": _review("immediately"), "credits": 1}
    exam = _made(trainer, "/exams", exam_on(fixed, OPEN_EXAM, opens=-1, closes=365, **required, credits=2))
    _made(trainer, "/exams", exam_on(drawn, WEEKLY_EXAM, opens=-1, closes=365, **weekly))
    later = _made(trainer, "/exams", exam_on(drawn, LATER_EXAM, opens=30, closes=60, **required, credits=3))
    keys = {question["id"]: question for question in questions}
    for username, mistakes in context.track(list(SITTINGS.items()), "答卷"):
        _sit(context, context.client(username), exam["id"], keys, mistakes)
    marking.run(context, trainer, exam["id"])
    arrangements.run(context, trainer, exam, later, drawn)
    _practise(context.client(PRACTISES), keys)
    _leave_a_repealed_one(trainer)


def _leave_a_repealed_one(trainer: Client) -> None:
    """A question whose law is repealed: it retires by itself, and shows what it read before."""
    if any(True for _ in trainer.items("/questions", tag=REPEALED["tags"][0])):
        return
    made = trainer.api("POST", "/questions", REPEALED | {"stem": "中华人民共和国合同法仍在施行"})
    trainer.api("PATCH", f"/questions/{made['id']}", {"stem": REPEALED["stem"]}, headers={"If-Match": "*"})


def _import_questions(context: Context, trainer: Client) -> None:
    if any(paper["title"] == FIXED_PAPER for paper in trainer.items("/papers")):
        return
    file = {"file": (FILE.name, FILE.read_bytes(), "text/csv")}
    started = trainer.api("POST", "/imports/questions", files=file)

    def done() -> Any:
        state = trainer.api("GET", f"/imports/{started['id']}")
        return state if state["state"] != "running" else None

    account = context.wait_until(done, "the import of the questions")
    if account["state"] != "done" or account["rejected"]:
        raise SeedFailed(f"The import of {FILE.name} was refused: {account.get('message') or account['rejected']}")
    context.say(f"题库：新增 {account['created']}，更新 {account['updated']}，未变 {account['unchanged']}")


def _choice(questions: list[dict[str, Any]]) -> list[str]:
    """As many questions of each category, of as many types as there are."""
    chosen: list[str] = []
    for category in CATEGORIES:
        of_category = sorted(
            (question for question in questions if question["category"] == category and question["score"] == 5),
            key=lambda question: (question["type"], question["stem"]),
        )
        step = max(len(of_category) // PER_CATEGORY, 1)
        chosen += [question["id"] for question in of_category[::step][:PER_CATEGORY]]
    return chosen


def _review(key: str) -> dict[str, str]:
    return {"score": "immediately", "correctness": "immediately", "key": key, "explanation": key}


def _made(trainer: Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The thing of this title: found, or made now."""
    for found in trainer.items(path):
        if found["title"] == body["title"]:
            return found
    made: dict[str, Any] = trainer.api("POST", path, body)
    return made


def _sit(context: Context, person: Client, exam_id: str, keys: dict[str, Any], mistakes: int) -> None:
    """A whole sitting, unless the person has one behind them."""
    mine = next(exam for exam in person.items("/me/exams") if exam["id"] == exam_id)
    if mine["attempt_ids"] and not mine["running_attempt_id"]:
        return
    attempt = person.api("POST", f"/exams/{exam_id}/attempts", {})
    for place, asked in enumerate(attempt["questions"]):
        answer = (_wrong if place < mistakes else _right)(keys[asked["id"]])
        path = f"/attempts/{attempt['id']}/answers/{asked['id']}"
        person.api("PUT", path, {"answer": answer, "sequence": place + 1})
    person.api("POST", f"/attempts/{attempt['id']}/submission", {})
    graded = _reads(person, f"/attempts/{attempt['id']}", lambda seen: seen["state"] == "graded")
    context.wait_until(graded, "the grading of an attempt")


def _practise(person: Client, keys: dict[str, Any]) -> None:
    """The first questions of today's set, unless they are answered."""
    for place, shown in enumerate(person.api("GET", "/me/practice/today")["questions"][:PRACTISED]):
        question = shown["question"]
        # The trainer may have added some since.
        if shown["feedback"] is None and question["id"] in keys:
            answer = (_right if place else _wrong)(keys[question["id"]])
            path = f"/me/practice/today/answers/{question['id']}"
            person.api("PUT", path, {"answer": answer, "sequence": place + 1})


def _reads(client: Client, path: str, holds: Callable[[dict[str, Any]], bool]) -> Callable[[], bool]:
    return lambda: holds(client.api("GET", path))


def _right(question: dict[str, Any]) -> Any:
    if question["type"] != "blank":
        return question["answer"]
    forms = question["answer"]
    return [blank[0] for blank in forms] if isinstance(forms[0], list) else forms[0]


def _wrong(question: dict[str, Any]) -> Any:
    if question["type"] == "true_false":
        return not question["answer"]
    if question["type"] == "blank":
        several = isinstance(question["answer"][0], list)
        return ["不清楚"] * len(question["answer"]) if several else "不清楚"
    others = [option["key"] for option in question["options"] if option["key"] not in question["answer"]]
    if question["type"] == "single":
        return others[0]
    return others[:1] or question["answer"][:1]
