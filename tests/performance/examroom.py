"""Members who sit exams as a load: answers of running attempts, and whole attempts from beginning to end."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx

from tests.performance.load import Client, run
from tests.performance.stage import Stage

QUESTIONS = 50
# Of whole attempts, how many answers each has, and how many each member makes in one exam on the average (100 at most).
ANSWERS = 2
EACH = 50

Attempt = dict[str, Any]


class Examroom:
    """Some members and their trainer, who makes the exams."""

    def __init__(self, address: str, trainer: httpx.Client, members: Sequence[httpx.Client]) -> None:
        self._address, self._trainer = address, trainer
        self._tokens = [member.headers["Authorization"].removeprefix("Bearer ") for member in members]
        questions = [_question(trainer, number) for number in range(QUESTIONS)]
        paper = {"title": "测速试卷", "kind": "fixed", "question_ids": questions}
        self._paper: str = _created(trainer, "/papers", paper)["id"]

    def sitting(self) -> "Saves":
        """Every member in the middle of an attempt at a new exam."""
        exam = self._exam(attempts_allowed=1)
        with ExitStack() as stack:
            clients = [stack.enter_context(closing(Client(self._address, token))) for token in self._tokens]
            return Saves(self._tokens, [_begun(client, exam) for client in clients])

    def starts(self, number: int) -> "Starts":
        """So many attempts to be begun, each member one at each of as many new exams as that takes."""
        return Starts(self._address, self._tokens, [self._exam(1) for _ in range(-(-number // len(self._tokens)))])

    def attempts(self, number: int) -> None:
        """So many attempts from beginning to end, each with `ANSWERS` answers, one at a time for each member."""
        for left in range(number, 0, -EACH * len(self._tokens)):
            self._attempts(min(left, EACH * len(self._tokens)))

    def _attempts(self, number: int) -> None:
        exam = self._exam(attempts_allowed=2 * EACH)

        def attempt(client: Client, number: int) -> None:
            attempt = _begun(client, exam)
            for sequence, question in enumerate(attempt["questions"][:ANSWERS], 1):
                answer = {"answer": "ABCD"[number % 4], "sequence": sequence}
                client.send("PUT", f"/attempts/{attempt['id']}/answers/{question['id']}", answer)
            client.send("POST", f"/attempts/{attempt['id']}/submission", {})

        run(lambda n: Client(self._address, self._tokens[n]), attempt, number, len(self._tokens))

    def _exam(self, attempts_allowed: int) -> str:
        now = datetime.now(UTC)
        exam = {
            "title": "测速考试",
            "paper_id": self._paper,
            "opens_at": (now - timedelta(minutes=1)).isoformat(),
            "closes_at": (now + timedelta(hours=3)).isoformat(),
            "time_limit_minutes": 150,
            "attempts_allowed": attempts_allowed,
            "grading": "highest",
            "pass_score": 60,
            "credits": 2,
            "required": False,
            "audience": {"lines": [], "units": [], "roles": []},
            "review": {},
        }
        return str(_created(self._trainer, "/exams", exam)["id"])


class Saves:
    """Answers to running attempts, each member at one question after the other."""

    def __init__(self, tokens: Sequence[str], attempts: Sequence[Attempt]) -> None:
        self._tokens, self._attempts = tokens, attempts
        self._sequence = count(1)

    def run(self, addresses: str | Sequence[str], operations: int, in_flight: int) -> list[float]:
        """So many saves, by the members in turn, at this gateway or at these in turn."""
        gateways = [addresses] if isinstance(addresses, str) else addresses
        attempt_of: dict[Client, Attempt] = {}

        def client(worker: int) -> Client:
            member = worker % len(self._tokens)
            client = Client(gateways[worker % len(gateways)], self._tokens[member])
            attempt_of[client] = self._attempts[member]
            return client

        def save(client: Client, number: int) -> None:
            attempt, sequence = attempt_of[client], next(self._sequence)
            question = attempt["questions"][sequence % len(attempt["questions"])]
            path = f"/attempts/{attempt['id']}/answers/{question['id']}"
            saved = client.send("PUT", path, {"answer": "ABCD"[number % 4], "sequence": sequence})
            assert saved["sequence"] == sequence

        return run(client, save, operations, in_flight)


class Starts:
    """Attempts at exams that nobody has begun: to be begun, and then to be handed in."""

    def __init__(self, address: str, tokens: Sequence[str], exams: Sequence[str]) -> None:
        self._address, self._tokens, self.exams = address, tokens, exams
        self._begun: list[tuple[int, Attempt]] = []

    def begin(self, number: int, in_flight: int) -> list[float]:
        """So many begun, so many at a time; how long each took."""
        return self._each(number, in_flight, self._start)

    def hand_in(self, number: int, in_flight: int) -> list[float]:
        """So many of those that were begun handed in; how long each took to be acknowledged."""
        return self._each(number, in_flight, self._submit)

    def answer(self, in_flight: int) -> None:
        """`ANSWERS` answers to each that was begun."""
        self._each(len(self._begun), in_flight, self._save)

    def _each(self, number: int, in_flight: int, operation: Callable[[Client, int], None]) -> list[float]:
        # Whose token a request carries is told anew each time: any worker may come to any member's attempt.
        return run(lambda _: Client(self._address), operation, number, in_flight)

    def _start(self, client: Client, number: int) -> None:
        exam, member = divmod(number, len(self._tokens))
        path = f"/exams/{self.exams[exam]}/attempts"
        self._begun.append((member, client.send("POST", path, {}, Authorization=self._as(member))))

    def _save(self, client: Client, number: int) -> None:
        member, attempt = self._begun[number]
        for sequence, question in enumerate(attempt["questions"][:ANSWERS], 1):
            path = f"/attempts/{attempt['id']}/answers/{question['id']}"
            client.send("PUT", path, {"answer": "B", "sequence": sequence}, Authorization=self._as(member))

    def _submit(self, client: Client, number: int) -> None:
        member, attempt = self._begun[number]
        client.send("POST", f"/attempts/{attempt['id']}/submission", {}, Authorization=self._as(member))

    def _as(self, member: int) -> str:
        return f"Bearer {self._tokens[member]}"


@contextmanager
def examroom(stage: Stage, members: int) -> Iterator[Examroom]:
    """So many members and the trainer, signed in."""
    trainer, *sitting = stage.signed_in("trainer", *(f"member{number + 1}" for number in range(members)))
    try:
        yield Examroom(stage.system.address, trainer, sitting)
    finally:
        for client in (trainer, *sitting):
            client.close()


def _begun(client: Client, exam: str) -> Attempt:
    attempt: Attempt = client.send("POST", f"/exams/{exam}/attempts", {})
    return attempt


def _question(trainer: httpx.Client, number: int) -> str:
    options = [{"key": key, "text": f"{number} {key}"} for key in "ABCD"]
    question = {"type": "single", "stem": f"测速题 {number}", "options": options, "answer": "B", "score": 2}
    return str(_created(trainer, "/questions", question | {"category": "law"})["id"])


def _created(client: httpx.Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created
