"""A member saves an answer of a running exam, beside the same update made without RPC, and beside the bare update.

`direct` (tests/performance/direct.py) is what the ratio is of: the same gunicorn, framework and checks, and the one
update in place of the call to quiz. `direct_grouped` does the same with quiz's own shared commits, so that what is left
between it and `system` is the call alone. `floor` is the update in a process without HTTP.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import httpx

from tests.performance import figures
from tests.performance.figures import Run
from tests.performance.floor_run import run_floor
from tests.performance.load import Client, run
from tests.performance.rounds import Rounds
from tests.performance.stage import Stage
from tests.support.serving import ServingProcess

RUNS = 6
OPERATIONS = 1500
ALONE = 200
WARM_UP = 200
QUESTIONS = 50
DIRECT = {
    "direct": "tests.performance.direct:create_app()",
    "direct_grouped": "tests.performance.direct:create_grouped_app()",
}


def measure(stage: Stage, rounds: Rounds) -> dict[str, Any]:
    """The section `answer_saved`."""
    operations, many = rounds.operations or OPERATIONS, rounds.in_flight
    few = min(ALONE, operations)
    with _beside(stage) as direct, _sitting(stage, many) as saves:

        def system(operations: int, in_flight: int) -> Run:
            return stage.measure(lambda: saves.run(stage.system.address, operations, in_flight), operations)

        def beside(name: str, operations: int, in_flight: int) -> Run:
            programs = {"gateway": direct[name].pid, "mongod": stage.servers["mongod"]}
            return stage.measure(lambda: saves.run(direct[name].url, operations, in_flight), operations, programs)

        sides = {"system": system, **{name: partial(beside, name) for name in direct}}
        for side in sides.values():
            side(min(WARM_UP, operations), many)
        floor = partial(run_floor, stage, "update", operations, many)
        together = rounds({**{name: partial(side, operations, many) for name, side in sides.items()}, "floor": floor})
        alone = rounds({name: partial(sides[name], few, 1) for name in ("system", "direct")})
    return _section(together, alone) | {"operations": operations}


def _section(together: Mapping[str, Sequence[Run]], alone: Mapping[str, Sequence[Run]]) -> dict[str, Any]:
    ours, theirs, grouped, floor = (together[name] for name in ("system", "direct", "direct_grouped", "floor"))
    return {
        "cpu_ms": figures.cpu_ms(ours),
        "direct_cpu_ms": figures.cpu_ms(theirs),
        "direct_grouped_cpu_ms": figures.cpu_ms(grouped),
        "floor_cpu_ms": figures.cpu_ms(floor),
        "cpu_ratio": figures.ratio(ours, theirs, figures.cpu),
        "cpu_ratio_spread": figures.spread(ours, theirs, figures.cpu),
        "direct_grouped_cpu_ratio": figures.ratio(ours, grouped, figures.cpu),
        "floor_cpu_ratio": figures.ratio(ours, floor, figures.cpu),
        "delay_ms": figures.delay_ms(alone["system"]),
        "direct_delay_ms": figures.delay_ms(alone["direct"]),
        "delay_ratio": figures.ratio(alone["system"], alone["direct"], figures.delay),
        "delay_ratio_spread": figures.spread(alone["system"], alone["direct"], figures.delay),
        "sides": {name: figures.side(runs) for name, runs in together.items()},
    }


@contextmanager
def _beside(stage: Stage) -> Iterator[dict[str, ServingProcess]]:
    """The gateways that save by themselves, by name."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(stage.beside(name, application)) for name, application in DIRECT.items()}


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
