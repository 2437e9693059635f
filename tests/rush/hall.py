"""The exam: who sits it is prepared, lives through it and looks back, all by way of the gateway."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.chaos.client import Client
from tests.chaos.people import Person, Surroundings
from tests.rush.candidate import Candidate, Line
from tests.rush.checks import Afterwards, Credit, Shown
from tests.rush.plan import CHOICES, RIGHT, Length, course_of
from tests.rush.told import Told
from tests.support.waiting import eventually

UNIT = "明镜市司法局"
SCORE_EACH, CREDITS = 2.0, 2.0
# Requests under way at once, of all phones together; people signed in at once before the exam.
LINES, SIGNING_IN = 48, 4
# How long an import of so many people, and the grading of all, may take.
PATIENCE_S = 300.0
PAGE = 200


class Hall(Person):
    """One exam with all its candidates. As a ``Person`` it is the thread in which they live."""

    def __init__(self, shared: Surroundings, candidates: int, answers: int, length: Length) -> None:
        super().__init__("hall", shared)
        self.length, self._answers = length, answers
        self._usernames = [f"rush{number:05}" for number in range(candidates)]
        self._tokens: dict[str, str] = {}
        self.told: list[Told] = []
        self.began_at = 0.0
        self.began, self.ended = threading.Event(), threading.Event()
        self._after: Afterwards

    def prepare(self) -> None:
        """The people and the paper: before anything is killed."""
        trainer, admin = self._signed_in("trainer"), self._signed_in("admin")
        self._trainer = trainer
        made = [trainer.ask("POST", "/questions", _question(n), key=f"q{n}")["id"] for n in range(self._answers)]
        self._paper = trainer.ask("POST", "/papers", {"title": "卷", "kind": "fixed", "question_ids": made}, key="p")
        people = self._import_people(admin)
        self.told = [Told(username, people[username]) for username in self._usernames]
        self._activate(admin, list(people.values()))

    def live(self) -> None:
        """The whole exam; what the base class would repeat happens once."""
        try:
            self._hold()
        except Exception as error:
            self.complain(f"{type(error).__name__}: {error}")
            raise
        finally:
            self.ended.set()
            self.began.set()

    def step(self) -> None:
        """Everything happens in ``live``."""

    def wait(self, moment: float) -> None:
        """Returns at this second of the exam."""
        self.began.wait()
        time.sleep(max(0.0, self.began_at + moment - time.monotonic()))

    def look_back(self) -> Afterwards:
        """What everybody is shown in the end: own attempts, and the study records of all."""
        after = self._after
        with ThreadPoolExecutor(SIGNING_IN) as looking:
            for told, (ids, shown) in zip(self.told, looking.map(self._attempts_of, self.told), strict=True):
                after.begun[told.person_id] = ids
                after.attempts |= shown
        after.credits = list(self._credits())
        return after

    def _hold(self) -> None:
        opens = datetime.now(UTC)
        exam = {
            "title": "全员考试",
            "paper_id": self._paper["id"],
            "opens_at": (opens - timedelta(minutes=1)).isoformat(),
            "closes_at": (opens + timedelta(seconds=self.length.whole)).isoformat(),
            "time_limit_minutes": 1440,
            "attempts_allowed": 1,
            "pass_score": SCORE_EACH * self._answers * 0.6,
            "credits": CREDITS,
        }
        id = self._trainer.ask("POST", "/exams", exam, key="e")["id"]
        self._after = Afterwards(id, SCORE_EACH, exam["pass_score"], CREDITS)
        ends = self.length.whole
        candidates = [
            Candidate(
                course_of(self.shared.seed, told.username, self._answers, self.length),
                told,
                self._tokens[told.username],
                id,
                ends,
                self.shared.seed,
            )
            for told in self.told
        ]
        self.began_at = time.monotonic()
        self.began.set()
        _Turns(candidates, self.began_at).run(lambda: Line(self.shared.address, self.shared.tally))

    def _import_people(self, admin: Client) -> dict[str, str]:
        """The ids of the candidates by their user names."""
        rows = [f"考生{number},{username},,{UNIT}," for number, username in enumerate(self._usernames)]
        content = "\n".join(["姓名,用户名,执业证号,单位,职务", *rows]).encode()
        answer = httpx.post(
            f"{self.shared.address}/api/v1/imports/people",
            files={"file": ("考生.csv", content, "text/csv")},
            headers=admin.headers,
            timeout=60,
            trust_env=False,
        )
        assert answer.status_code == 202, answer.text
        path = f"/imports/{answer.json()['id']}"
        eventually(lambda: admin.ask("GET", path)["state"] != "running", PATIENCE_S)
        account = admin.ask("GET", path)
        assert account["created"] == len(rows), account
        return {one["username"]: one["id"] for one in _all(admin, "/people") if one["username"].startswith("rush")}

    def _activate(self, admin: Client, ids: list[str]) -> None:
        """Everybody gets a password and signs in, before the exam as is asked of them."""
        codes: list[dict[str, Any]] = []
        for first in range(0, len(ids), PAGE):
            body = {"person_ids": ids[first : first + PAGE]}
            codes += admin.ask("POST", "/activation-codes", body, key=f"codes{first}")["items"]
        with ThreadPoolExecutor(SIGNING_IN) as signing:
            self._tokens = dict(signing.map(self._token, codes))

    def _token(self, code: dict[str, Any]) -> tuple[str, str]:
        client = self._client()
        body = {"username": code["username"], "code": code["code"], "password": self.shared.password}
        client.ask("POST", "/activations", body, wanted=(200, 204), key=f"a-{code['username']}")
        client.sign_in(code["username"], self.shared.password)
        client.close()
        return code["username"], client.headers["Authorization"].removeprefix("Bearer ")

    def _attempts_of(self, told: Told) -> tuple[list[str], dict[str, Shown]]:
        client = self._client()
        client.headers = {"Authorization": f"Bearer {self._tokens[told.username]}"}
        mine = next(exam for exam in _all(client, "/me/exams") if exam["id"] == self._after.exam_id)
        shown = {}
        for id in mine["attempt_ids"]:
            seen = client.ask("GET", f"/attempts/{id}")
            answers = {one["question_id"]: (one["sequence"], one["answer"]) for one in seen["answers"]}
            shown[id] = Shown(seen["state"], answers, seen["score"])
        client.close()
        return mine["attempt_ids"], shown

    def _credits(self) -> Iterator[Credit]:
        for record in _all(self._trainer, "/study-records"):
            for entry in record["entries"]:
                yield Credit(record["person_id"], entry["ref"], entry.get("score"), entry["credits"])

    def _signed_in(self, name: str) -> Client:
        client = self._client()
        client.sign_in(name, self.shared.password)
        return client


class _Turns:
    """Candidates, each at its time, by as many threads as there are lines."""

    def __init__(self, candidates: list[Candidate], began: float) -> None:
        self._tie = itertools.count()
        self._due = [(candidate.begins, next(self._tie), candidate) for candidate in candidates]
        heapq.heapify(self._due)
        self._left, self._began = len(candidates), began
        self._turn = threading.Condition()

    def run(self, line: Any) -> None:
        """Returns when everybody is done."""
        with ThreadPoolExecutor(LINES) as threads:
            for done in [threads.submit(self._work, line()) for _ in range(LINES)]:
                done.result()

    def _work(self, line: Line) -> None:
        while (candidate := self._next()) is not None:
            now = time.monotonic() - self._began
            goes_on = candidate.act(line, now)
            with self._turn:
                if goes_on is None:
                    self._left -= 1
                    self._turn.notify_all()
                else:
                    heapq.heappush(self._due, (goes_on, next(self._tie), candidate))
                    self._turn.notify()
        line.close()

    def _next(self) -> Candidate | None:
        with self._turn:
            while self._left:
                wait = self._due[0][0] - (time.monotonic() - self._began) if self._due else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._due)[2]
                self._turn.wait(wait)
            return None


def _question(number: int) -> dict[str, Any]:
    return {
        "type": "single",
        "stem": f"全员考试第 {number} 题",
        "options": [{"key": key, "text": f"项 {key}"} for key in CHOICES],
        "answer": RIGHT,
        "score": SCORE_EACH,
        "category": "law",
    }


def _all(client: Client, path: str) -> Iterator[dict[str, Any]]:
    cursor = None
    while True:
        page = client.ask("GET", path, limit=PAGE, **({"cursor": cursor} if cursor else {}))
        yield from page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return
