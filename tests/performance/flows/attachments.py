"""A report with three attachments of 5 MB, over HTTP, beside the floor's job `attachments`.

An operation is a POST of the report and three of a file each (multipart), until the last has been answered: every byte
is then sealed and durable. The floor seals and stores the same bytes. The inspection of the files is not part of it: it
comes later, in a process of its own. What was stored is removed after each repetition.
"""

import secrets
from typing import Any

import orjson

from tests.performance import figures
from tests.performance.figures import Run
from tests.performance.floor import FILE_BYTES, FILES
from tests.performance.floor_run import run_floor
from tests.performance.flows.report_to_case import send_report
from tests.performance.load import Client, run
from tests.performance.rounds import Rounds
from tests.performance.stage import WORKER, Stage
from tests.support.attachments.filler import a_sound

RUNS = 2
OPERATIONS = 12
# 15 MB each are under way.
IN_FLIGHT = 4
BOUNDARY = "boundary-of-the-benchmark"


def measure(stage: Stage, rounds: Rounds) -> dict[str, Any]:
    """The section `attachments`."""
    operations, many = rounds.operations or OPERATIONS, min(rounds.in_flight, IN_FLIGHT)
    with stage.without(WORKER):
        sender = Sender(stage)
        sender.run(many, many)
        sides = rounds(
            {
                "system": lambda: sender.run(operations, many),
                "floor": lambda: run_floor(stage, "attachments", operations, many),
            }
        )
    system, floor = sides["system"], sides["floor"]
    return {
        "cpu_ms": figures.cpu_ms(system),
        "floor_cpu_ms": figures.cpu_ms(floor),
        "cpu_ratio": figures.ratio(system, floor, figures.cpu),
        "cpu_ratio_spread": figures.spread(system, floor, figures.cpu),
        "wall_ratio": round(1 / figures.ratio(system, floor, figures.rate), 3),
        "delay_ms": figures.delay_ms(system),
        "operations": operations,
        "in_flight": many,
        "sides": {name: figures.side(runs) for name, runs in sides.items()},
    }


class Sender:
    """Sends reports with their files."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._database = stage.database("reports")
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.mp3"\r\n\r\n'.encode()
        self._body = head + a_sound(FILE_BYTES) + f"\r\n--{BOUNDARY}--\r\n".encode()

    def run(self, operations: int, in_flight: int) -> Run:
        """One repetition with so many in flight; what it stored is gone afterwards."""
        address = self._stage.system.address

        def send(client: Client, number: int) -> None:
            receipt = send_report(client, number, secrets.token_hex(12))["receipt"]
            for _ in range(FILES):
                sent = client.send_bytes(
                    "/reports/current/attachments",
                    self._body,
                    f"multipart/form-data; boundary={BOUNDARY}",
                    Authorization=f"Receipt {receipt}",
                )
                assert orjson.loads(sent)["size"] == FILE_BYTES

        done = self._stage.measure(lambda: run(lambda _: Client(address), send, operations, in_flight), operations)
        for name in ("attachments", "attachments.files", "attachments.chunks"):
            self._database[name].delete_many({})
        return done
