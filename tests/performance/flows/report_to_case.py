"""A report is accepted over HTTP and its case becomes visible, beside the floor's job `report`.

With many in flight an operation is a POST until a query that runs every 8 ms has found the case; that query, the
client's, is counted in mongod all the same. With one in flight nothing but the delay is taken, and each operation looks
for its own case every millisecond: a change stream would see it no sooner and has the database do more.
"""

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pymongo.collection import Collection

from chassis.config import read
from services.reports.settings import load_settings
from tests.performance import figures
from tests.performance.figures import Run
from tests.performance.floor_run import run_floor
from tests.performance.load import DEADLINE_S, Client, Operation, run
from tests.performance.rounds import Rounds
from tests.performance.stage import Stage

RUNS = 4
OPERATIONS = 1000
# Of one repetition with one in flight.
ALONE = 100
WARM_UP = 200
LOOK_EVERY_S = 0.008
LOOK_ALONE_EVERY_S = 0.001
NARRATIVE = "2025年5月某日，我在办事大厅看到工作人员收下一只信封。" * 10


def measure(stage: Stage, rounds: Rounds) -> dict[str, Any]:
    """The section `report_to_case`."""
    reports, operations = Reports(stage), rounds.operations or OPERATIONS
    reports.many(WARM_UP, rounds.in_flight)
    together = rounds(
        {
            "system": lambda: reports.many(operations, rounds.in_flight),
            "floor": lambda: run_floor(stage, "report", operations, rounds.in_flight),
        }
    )
    alone = rounds({"system": lambda: reports.alone(ALONE), "floor": lambda: run_floor(stage, "report", ALONE, 1)})
    system, floor = together["system"], together["floor"]
    return {
        "cpu_ms": figures.side(system)["cpu_ms"],
        "floor_cpu_ms": figures.side(floor)["cpu_ms"],
        "cpu_ratio": figures.ratio(system, floor, figures.cpu),
        "cpu_ratio_spread": figures.spread(system, floor, figures.cpu),
        "delay_ms": figures.delay_ms(alone["system"]),
        "floor_delay_ms": figures.delay_ms(alone["floor"]),
        "delay_ratio": figures.ratio(alone["system"], alone["floor"], figures.delay),
        "delay_ratio_spread": figures.spread(alone["system"], alone["floor"], figures.delay),
        "operations": operations,
        "sides": {name: figures.side(runs) for name, runs in together.items()},
    }


class Reports:
    """Sends reports and sees their cases."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._cases: Collection[dict[str, Any]] = stage.database("tasks")["cases"]
        (settings,) = read(load_settings, environ=stage.system.environment)
        self._id_of = settings.sealer.id_of

    def many(self, operations: int, in_flight: int) -> Run:
        """One repetition with so many in flight."""
        with _watching(self._cases) as expected:

            def report(client: Client, number: int) -> None:
                key = secrets.token_hex(12)
                expected[self._id_of("report", key)] = seen = threading.Event()
                _send(client, number, key)
                assert seen.wait(DEADLINE_S), "no case came of a report"

            return self._run(report, operations, in_flight)

    def alone(self, operations: int) -> Run:
        """One repetition with one in flight; only its delays are to be believed."""

        def report(client: Client, number: int) -> None:
            key = secrets.token_hex(12)
            _send(client, number, key)
            case = {"_id": self._id_of("report", key)}
            until = time.monotonic() + DEADLINE_S
            while self._cases.find_one(case, {"_id": 1}) is None:
                assert time.monotonic() < until, "no case came of a report"
                time.sleep(LOOK_ALONE_EVERY_S)

        return self._run(report, operations, 1)

    def _run(self, operation: Operation, operations: int, in_flight: int) -> Run:
        address = self._stage.system.address
        return self._stage.measure(lambda: run(lambda _: Client(address), operation, operations, in_flight), operations)


def _send(client: Client, number: int, key: str) -> None:
    report = {
        "kind": "report",
        "category": "conduct.attitude",
        "title": f"窗口收受信封 {number}",
        "narrative": NARRATIVE,
        "subjects": [{"name": "某工作人员", "unit": "某办事大厅", "position": ""}],
        "reporter": {"mode": "anonymous"},
    }
    client.send("POST", "/reports", report, **{"Idempotency-Key": key})


@contextmanager
def _watching(cases: Collection[dict[str, Any]]) -> Iterator[dict[str, threading.Event]]:
    """Sets the events of those ids that have become cases."""
    expected: dict[str, threading.Event] = {}
    stopped = threading.Event()

    def look() -> None:
        while not stopped.wait(LOOK_EVERY_S):
            if ids := list(expected):
                for found in cases.find({"_id": {"$in": ids}}, {"_id": 1}):
                    expected.pop(found["_id"]).set()

    watching = threading.Thread(target=look, daemon=True)
    watching.start()
    try:
        yield expected
    finally:
        stopped.set()
        watching.join()
