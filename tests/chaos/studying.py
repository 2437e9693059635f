"""A trainer who holds exams, and members who sit them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.chaos.people import Person, Surroundings
from tests.chaos.testimony import ExamHeld, Sitting

QUESTIONS = 4
RIGHT = "B"
CHOICES = ("A", "B", "C")
SCORE_EACH = 25.0
SITTINGS_EACH = 2
# Answers are changed now and then; the one with the highest sequence counts.
CHANGED = 0.3


class Trainer(Person):
    """Holds a new exam from time to time."""

    think_s = 4.0
    paper_id: str

    def prepare(self) -> None:
        self.client.sign_in("trainer", self.shared.password)
        made = [self.client.ask("POST", "/questions", _question(n), key=self.key())["id"] for n in range(QUESTIONS)]
        paper = {"title": "卷", "kind": "fixed", "question_ids": made}
        self.paper_id = self.client.ask("POST", "/papers", paper, key=self.key())["id"]
        self.step()

    def step(self) -> None:
        key = self.key()
        exam = ExamHeld(title=f"考试 {key}", credits=1.0 + self.chance.randrange(4), pass_score=2 * SCORE_EACH)
        self.testimony.exams.append(exam)
        exam.id = self.client.ask("POST", "/exams", self._exam(exam), key=key)["id"]

    def _exam(self, exam: ExamHeld) -> dict[str, Any]:
        now = datetime.now(UTC)
        return {
            "title": exam.title,
            "paper_id": self.paper_id,
            "opens_at": (now - timedelta(minutes=5)).isoformat(),
            "closes_at": (now + timedelta(hours=2)).isoformat(),
            "time_limit_minutes": 60,
            "attempts_allowed": SITTINGS_EACH,
            "grading": "highest",
            "pass_score": exam.pass_score,
            "credits": exam.credits,
            "required": self.chance.random() < 0.5,
        }


class Member(Person):
    """Signs in, sits the newest exam that is left, hands in, signs out. `name` is the user name."""

    think_s = 0.3

    def __init__(self, name: str, shared: Surroundings) -> None:
        super().__init__(name, shared)
        self._sat: dict[str, int] = {}

    def step(self) -> None:
        exam = next((exam for exam in reversed(self.testimony.exams) if self._can_sit(exam)), None)
        if exam is None or exam.id is None:
            return
        self.client.sign_in(self.name, self.shared.password)
        self._sit(exam.id)
        self.client.sign_out()

    def _can_sit(self, exam: ExamHeld) -> bool:
        return exam.id is not None and self._sat.get(exam.id, 0) < SITTINGS_EACH

    def _sit(self, exam_id: str) -> None:
        self._sat[exam_id] = self._sat.get(exam_id, 0) + 1
        sitting = Sitting(self.name, exam_id, self._sat[exam_id])
        self.testimony.sittings.append(sitting)
        attempt = self.client.ask("POST", f"/exams/{exam_id}/attempts", {}, key=self.key())
        sitting.attempt_id = attempt["id"]
        if attempt["number"] != sitting.number:
            self.complain(f"attempt {attempt['number']} begun in place of {sitting.number} at exam {exam_id}")
        for question in attempt["questions"]:
            self._answer(sitting, question["id"])
        sitting.score = SCORE_EACH * sum(answer == RIGHT for answer in sitting.answers.values())
        handed_in = self.client.ask("POST", f"/attempts/{sitting.attempt_id}/submission", {}, key=self.key())
        sitting.submitted = True
        if handed_in["answers_stored"] != len(sitting.answers):
            self.complain(f"{handed_in['answers_stored']} answers handed in of {len(sitting.answers)}")

    def _answer(self, sitting: Sitting, question_id: str) -> None:
        times = 2 if self.chance.random() < CHANGED else 1
        for sequence in range(1, times + 1):
            body = {"answer": self.chance.choice(CHOICES), "sequence": sequence}
            self.client.ask("PUT", f"/attempts/{sitting.attempt_id}/answers/{question_id}", body)
            sitting.answers[question_id] = body["answer"]


def _question(number: int) -> dict[str, Any]:
    return {
        "type": "single",
        "stem": f"题 {number}",
        "options": [{"key": key, "text": f"项 {key}"} for key in CHOICES],
        "answer": RIGHT,
        "score": SCORE_EACH,
        "category": "law",
    }
