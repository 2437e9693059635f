"""A member saves an answer of a running exam, beside the same update made without RPC, and beside the bare update.

`direct` (tests/performance/direct.py) is what the ratio is of: the same gunicorn, framework and checks, and the one
update in place of the call to quiz. `floor` is that update alone in a process without HTTP.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx

from tests.performance import figures
from tests.performance.figures import Run
from tests.performance.floor_run import run_floor
from tests.performance.load import Client, run
from tests.performance.rounds import Rounds
from tests.performance.stage import Stage

RUNS = 5
OPERATIONS = 2000
ALONE = 200
WARM_UP = 200
QUESTIONS = 50
DIRECT = "tests.performance.direct:create_app()"


def measure(stage: Stage, rounds: Rounds) -> dict[str, Any]:
    """The section `answer_saved`."""
    operations, many = rounds.operations or OPERATIONS, rounds.in_flight
    few = min(ALONE, operations)
    with stage.beside(DIRECT) as direct, _sitting(stage, many) as saves:
        address, programs = stage.system.address, {"direct": direct.pid, "mongod": stage.servers["mongod"]}

        def system(operations: int, in_flight: int) -> Run:
            return stage.measure(lambda: saves.run(address, operations, in_flight), operations)

        def beside(operations: int, in_flight: int) -> Run:
            return stage.measure(lambda: saves.run(direct.url, operations, in_flight), operations, programs)

        for warm_up in (system, beside):
            warm_up(min(WARM_UP, operations), many)
        together = rounds(
            {
                "system": lambda: system(operations, many),
                "direct": lambda: beside(operations, many),
                "floor": lambda: run_floor(stage, "update", operations, many),
            }
        )
        alone = rounds({"system": lambda: system(few, 1), "direct": lambda: beside(few, 1)})
    ours, theirs, floor = together["system"], together["direct"], together["floor"]
    return {
        "cpu_ms": figures.cpu_ms(ours),
        "direct_cpu_ms": figures.cpu_ms(theirs),
        "floor_cpu_ms": figures.cpu_ms(floor),
        "cpu_ratio": figures.ratio(ours, theirs, figures.cpu),
        "cpu_ratio_spread": figures.spread(ours, theirs, figures.cpu),
        "floor_cpu_ratio": figures.ratio(ours, floor, figures.cpu),
        "delay_ms": figures.delay_ms(alone["system"]),
        "direct_delay_ms": figures.delay_ms(alone["direct"]),
        "delay_ratio": figures.ratio(alone["system"], alone["direct"], figures.delay),
        "delay_ratio_spread": figures.spread(alone["system"], alone["direct"], figures.delay),
        "operations": operations,
        "sides": {name: figures.side(runs) for name, runs in together.items()},
    }


class Saves:
    """Answers of members who sit an exam, each member at one question after the other."""

    def __init__(self, members: Sequence[httpx.Client], attempts: Sequence[dict[str, Any]]) -> None:
        self._tokens = [member.headers["Authorization"].removeprefix("Bearer ") for member in members]
        self._attempts = attempts
        self._sequence = count(1)

    def run(self, address: str, operations: int, in_flight: int) -> list[float]:
        """So many saves at this gateway, the n-th of those in flight by the n-th member."""
        attempt_of: dict[Client, dict[str, Any]] = {}

        def client(worker: int) -> Client:
            client = Client(address, self._tokens[worker])
            attempt_of[client] = self._attempts[worker]
            return client

        def save(client: Client, number: int) -> None:
            attempt, sequence = attempt_of[client], next(self._sequence)
            question = attempt["questions"][sequence % len(attempt["questions"])]
            path = f"/attempts/{attempt['id']}/answers/{question['id']}"
            saved = client.send("PUT", path, {"answer": "ABCD"[number % 4], "sequence": sequence})
            assert saved["sequence"] == sequence

        return run(client, save, operations, in_flight)


@contextmanager
def _sitting(stage: Stage, members: int) -> Iterator[Saves]:
    """So many members in the middle of an exam."""
    trainer, *sitting = stage.signed_in("trainer", *(f"member{number + 1}" for number in range(members)))
    exam = _exam(trainer)
    yield Saves(sitting, [_created(member, f"/exams/{exam['id']}/attempts", {}) for member in sitting])
    for client in (trainer, *sitting):
        client.close()


def _exam(trainer: httpx.Client) -> dict[str, Any]:
    now = datetime.now(UTC)
    paper = {"title": "测速试卷", "kind": "fixed", "question_ids": [_question(trainer, n) for n in range(QUESTIONS)]}
    exam = {
        "title": "测速考试",
        "paper_id": _created(trainer, "/papers", paper)["id"],
        "opens_at": (now - timedelta(minutes=1)).isoformat(),
        "closes_at": (now + timedelta(hours=3)).isoformat(),
        "time_limit_minutes": 150,
        "attempts_allowed": 1,
        "grading": "highest",
        "pass_score": 60,
        "credits": 2,
        "required": False,
        "audience": {"lines": [], "units": [], "roles": []},
        "review": {},
    }
    return _created(trainer, "/exams", exam)


def _question(trainer: httpx.Client, number: int) -> str:
    options = [{"key": key, "text": f"{number} {key}"} for key in "ABCD"]
    question = {"type": "single", "stem": f"测速题 {number}", "options": options, "answer": "B", "score": 2}
    return str(_created(trainer, "/questions", question | {"category": "law"})["id"])


def _created(client: httpx.Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created
