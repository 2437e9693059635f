"""A virtual candidate: does one request after another, and sends again what was not acknowledged, as phones do."""

from __future__ import annotations

import http.client
import random
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import orjson

from tests.chaos.client import ANSWER_S, AWAY, Tally
from tests.rush.plan import Course
from tests.rush.told import Sent, Told

# How soon a phone sends again, seconds; and how long after the exam it goes on, for its receipt.
SOONEST_S, LATEST_S = 0.3, 1.5
GIVES_UP_S = 120.0


class Line:
    """A connection to the gateway, made anew when it breaks; shared by many phones, one at a time."""

    def __init__(self, address: str, tally: Tally) -> None:
        parts = urlsplit(address)
        assert parts.hostname is not None
        self._host, self._port, self._tally = parts.hostname, parts.port, tally
        self._open: http.client.HTTPConnection | None = None

    def send(self, method: str, path: str, body: Any, headers: Mapping[str, str], *, again: bool) -> tuple[int, Any]:
        """Status and JSON; status 0 when nobody can tell whether it was carried out."""
        with self._tally.sending(again=again):
            try:
                if self._open is None:
                    self._open = http.client.HTTPConnection(self._host, self._port, timeout=ANSWER_S)
                content = None if body is None else orjson.dumps(body)
                every = {"Content-Type": "application/json", **headers}
                self._open.request(method, f"/api/v1{path}", content, every)
                answer = self._open.getresponse()
                text = answer.read()
            except (OSError, http.client.HTTPException):
                self.close()
                return 0, None
        if answer.status < 300:
            self._tally.acknowledge()
        kind = answer.headers.get("Content-Type", "")
        return answer.status, orjson.loads(text) if text and "json" in kind else None

    def close(self) -> None:
        """Ends the connection."""
        if self._open is not None:
            self._open.close()
            self._open = None


class Candidate:
    """Goes through a course; ``told`` is what its phone keeps. ``act`` does what is due and tells when it goes on."""

    def __init__(self, course: Course, told: Told, token: str, exam_id: str, ends: float, seed: int) -> None:
        self.told = told
        self._course, self._exam_id, self._ends = course, exam_id, ends
        self._headers = {"Authorization": f"Bearer {token}"}
        self._chance = random.Random(f"phone {seed} {course.username}")
        self._questions: list[str] = []
        self._sent: dict[int, Sent] = {}
        self._next = 0
        self._again = False

    @property
    def begins(self) -> float:
        """When it does the first thing."""
        return self._course.starts

    def act(self, line: Line, now: float) -> float | None:
        """One request; when to call again (seconds of the exam), None when the candidate is done."""
        if self.told.attempt_id is None:
            went = self._start(line)
        elif self._next < len(self._course.saves):
            went = self._save(line)
        else:
            went = self._hand_in(line)
        self._again = not went
        if went:
            return self._due()
        if now > self._ends + GIVES_UP_S:
            self.told.complaints.append(f"{self._course.username}: no answer {GIVES_UP_S:g} s after the end")
            return None
        return now + self._chance.uniform(SOONEST_S, LATEST_S)

    def _due(self) -> float | None:
        if self._next < len(self._course.saves):
            return self._course.saves[self._next].at
        return self._course.hands_in if self.told.receipt is None else None

    def _start(self, line: Line) -> bool:
        key = {"Idempotency-Key": f"start-{self._course.username}"}
        status, attempt = self._ask(line, "POST", f"/exams/{self._exam_id}/attempts", {}, key)
        if status not in (200, 201):
            return self._may_wait(status, "start", attempt)
        self.told.attempt_id = attempt["id"]
        self._questions = [question["id"] for question in attempt["questions"]]
        return True

    def _save(self, line: Line) -> bool:
        save = self._course.saves[self._next]
        question_id = self._questions[save.place]
        if save.sequence not in self._sent:
            self._sent[save.sequence] = Sent(question_id, save.sequence, save.answer)
            self.told.sent.append(self._sent[save.sequence])
        path = f"/attempts/{self.told.attempt_id}/answers/{question_id}"
        status, saved = self._ask(line, "PUT", path, {"answer": save.answer, "sequence": save.sequence}, {})
        if status == 409:
            # Handed in at the deadline, before this came.
            self.told.refused += 1
        elif status != 200:
            return self._may_wait(status, "save", saved)
        elif saved["sequence"] == save.sequence:
            self._sent[save.sequence].acknowledged = True
        elif saved["sequence"] < save.sequence or saved["sequence"] not in self._sent:
            self.told.complaints.append(f"{path}: {saved['sequence']} told for {save.sequence}")
        self._next += 1
        return True

    def _hand_in(self, line: Line) -> bool:
        status, receipt = self._ask(line, "POST", f"/attempts/{self.told.attempt_id}/submission", {}, {})
        if status != 200:
            return self._may_wait(status, "submission", receipt)
        self.told.receipt = receipt["answers_stored"]
        return True

    def _ask(self, line: Line, method: str, path: str, body: Any, headers: Mapping[str, str]) -> tuple[int, Any]:
        return line.send(method, path, body, {**self._headers, **headers}, again=self._again)

    def _may_wait(self, status: int, what: str, said: Any) -> bool:
        if status and status not in AWAY:
            self.told.complaints.append(f"{self._course.username}, {what}: {status} {said}")
        return False
