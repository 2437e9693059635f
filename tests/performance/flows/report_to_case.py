"""A report is accepted over HTTP and its case becomes visible, beside the floor's job `report`.

With many in flight an operation is a POST until it is answered and a query has found the case, which runs every 8 ms
for those whose POST is answered. The query is the client's, but what it costs the database is counted as ours. With
one in flight only the delay is taken, and a change stream sees the case, which may be there before the answer: looking
often enough would keep the processors from the system.

Each report comes from an address of its own, as a proxy in front of the gateway tells it, under the limits for the
public that hold in production.
"""

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from ipaddress import ip_network
from itertools import count
from threading import Event
from typing import Any

from pymongo.collection import Collection

from chassis.config import read
from services.reports.settings import load_settings
from tests.performance import figures
from tests.performance.figures import Run
from tests.performance.floor_run import run_floor
from tests.performance.load import DEADLINE_S, Client, run
from tests.performance.rounds import Rounds
from tests.performance.stage import Stage

RUNS = 4
OPERATIONS = 1000
# Of one repetition with one in flight.
ALONE = 100
WARM_UP = 200
LOOK_EVERY_S = 0.008
LISTEN_MS = 200
NARRATIVE = "2025年5月某日，我在办事大厅看到工作人员收下一只信封。" * 10
# 131,072 addresses that are set aside for benchmarks (RFC 2544), taken in turn.
ADDRESSES = ip_network("198.18.0.0/15")

Cases = Collection[dict[str, Any]]
Expected = dict[str, Event]

_reporters = count()


def measure(stage: Stage, rounds: Rounds) -> dict[str, Any]:
    """The section `report_to_case`."""
    reports, operations, many = Reports(stage), rounds.operations or OPERATIONS, rounds.in_flight
    few = min(ALONE, operations)
    reports.run(min(WARM_UP, operations), many)
    together = rounds(
        {
            "system": lambda: reports.run(operations, many),
            "floor": lambda: run_floor(stage, "report", operations, many),
        }
    )
    alone = rounds({"system": lambda: reports.run(few, 1), "floor": lambda: run_floor(stage, "report", few, 1)})
    system, floor = together["system"], together["floor"]
    return {
        "cpu_ms": figures.cpu_ms(system),
        "floor_cpu_ms": figures.cpu_ms(floor),
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
        self._cases: Cases = stage.database("tasks")["cases"]
        (settings,) = read(load_settings, environ=stage.system.environment)
        self._id_of = settings.sealer.id_of

    def run(self, operations: int, in_flight: int) -> Run:
        """One repetition with so many in flight."""
        address, expected = self._stage.system.address, dict[str, Event]()

        def report(client: Client, number: int) -> None:
            key, seen = secrets.token_hex(12), Event()
            case_id = self._id_of("report", key)
            if in_flight == 1:
                expected[case_id] = seen
            send_report(client, number, key)
            if in_flight > 1:
                expected[case_id] = seen
            assert seen.wait(DEADLINE_S), "no case came of a report"

        with _look(self._cases, expected) if in_flight > 1 else _listen(self._cases, expected):
            return self._stage.measure(
                lambda: run(lambda _: Client(address), report, operations, in_flight), operations
            )


def send_report(client: Client, number: int, key: str) -> Any:
    """Sends a report under this idempotency key, from the next address; what is answered."""
    report = {
        "kind": "report",
        "category": "conduct.attitude",
        "title": f"窗口收受信封 {number}",
        "narrative": NARRATIVE,
        "subjects": [{"name": "某工作人员", "unit": "某办事大厅", "position": ""}],
        "reporter": {"mode": "anonymous"},
    }
    address = ADDRESSES[next(_reporters) % ADDRESSES.num_addresses]
    headers = {"Idempotency-Key": key, "X-Forwarded-For": str(address)}
    return client.send("POST", "/reports", report, **headers)


@contextmanager
def _look(cases: Cases, expected: Expected) -> Iterator[None]:
    """Tells those who wait which cases a query finds, asked again and again."""

    def look() -> None:
        if ids := list(expected):
            for found in cases.find({"_id": {"$in": ids}}, {"_id": 1}):
                expected.pop(found["_id"]).set()

    with _again_and_again(look, LOOK_EVERY_S):
        yield


@contextmanager
def _listen(cases: Cases, expected: Expected) -> Iterator[None]:
    """Tells those who wait which cases a change stream tells of."""
    inserted = [{"$match": {"operationType": "insert"}}, {"$project": {"_id": 1, "documentKey": 1}}]
    with cases.watch(inserted, max_await_time_ms=LISTEN_MS) as stream:

        def listen() -> None:
            if (told := stream.try_next()) and (seen := expected.pop(told["documentKey"]["_id"], None)):
                seen.set()

        with _again_and_again(listen, 0):
            yield


@contextmanager
def _again_and_again(work: Callable[[], None], pause_s: float) -> Iterator[None]:
    stopped = Event()

    def keep_on() -> None:
        while not stopped.wait(pause_s):
            work()

    with ThreadPoolExecutor(1) as thread:
        working = thread.submit(keep_on)
        try:
            yield
        finally:
            stopped.set()
        working.result()
