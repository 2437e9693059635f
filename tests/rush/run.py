"""One rush: the system is started, filled with people, sat in, killed by plan, left to come to rest, and compared."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.local.broker import Broker
from deploy.local.database import Database
from deploy.local.waiting import DeadlineMissed, eventually
from tests.chaos.checks import Finding
from tests.chaos.client import Tally
from tests.chaos.killing import Struck
from tests.chaos.plan import Kill
from tests.chaos.stage import Stage
from tests.rush.checks import Afterwards, findings
from tests.rush.hall import PATIENCE_S, Hall
from tests.rush.plan import Length, kills_of
from tests.rush.told import Told

# reports hears of units, and would leave its queue full.
REPLICAS = {"identity": 1, "reports": 1, "tasks": 2, "quiz": 2}
ENVIRONMENT = {
    # Passwords are not what is tried here.
    "IDENTITY_ARGON2_TIME_COST": "1",
    "IDENTITY_ARGON2_MEMORY_KIB": "64",
    # The longest that a token may live.
    "IDENTITY_ACCESS_MINUTES": "60",
}


@dataclass
class Outcome:
    """What a run came to. ``seconds`` is its whole time."""

    seed: int
    findings: list[Finding]
    struck: list[Struck]
    told: list[Told]
    after: Afterwards
    tally: Tally
    seconds: float

    @property
    def line(self) -> str:
        """All of it in one line."""
        kinds = Counter(each.kill.target.kind for each in self.struck)
        killed = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
        verdict = f"{len(self.findings)} FINDINGS" if self.findings else "all promises kept"
        return (
            f"seed {self.seed}: {sum(told.attempt_id is not None for told in self.told)} of {len(self.told)} sat, "
            f"{sum(told.acknowledged for told in self.told)} of {sum(len(told.sent) for told in self.told)} saves "
            f"acknowledged, {sum(told.refused for told in self.told)} too late, "
            f"{sum(told.receipt is not None for told in self.told)} handed in, "
            f"{sum(credit.ref == self.after.exam_id for credit in self.after.credits)} credited; "
            f"{len(self.struck)} kills ({killed}), {self.tally.repeated} requests repeated; "
            f"{self.seconds:.0f} s; {verdict}"
        )


def run(
    seed: int,
    candidates: int,
    answers: int,
    kills: int,
    length: Length,
    broker: Broker,
    database: Database,
    folder: Path,
) -> Outcome:
    """Runs one seed on servers that may be broken, on a virtual host and in databases of its own."""
    began = time.monotonic()
    halls: list[Hall] = []

    def cast(shared, partners):  # type: ignore[no-untyped-def]
        halls.append(Hall(shared, candidates, answers, length))
        return halls

    with Stage(seed, broker, database, folder, REPLICAS, cast, environment=ENVIRONMENT) as stage:
        stage.begin()
        (hall,) = halls
        stage.carry_out(_in_time(hall, kills_of(seed, kills, length)))
        hall.ended.wait(length.whole + PATIENCE_S)
        # Those who vanished are handed in by the server, once the exam is over.
        with suppress(DeadlineMissed):
            eventually(lambda: not stage.databases["quiz"].attempts.count_documents({"state": "running"}), PATIENCE_S)
        stage.come_to_rest()
        after = hall.look_back()
        found = findings(hall.told, after) + stage.findings()
        struck, tally = stage.killer.struck, stage.shared.tally
    return Outcome(seed, found, struck, hall.told, after, tally, time.monotonic() - began)


def _in_time(hall: Hall, planned: list[tuple[float, Kill]]) -> Iterator[Kill]:
    for moment, kill in planned:
        hall.wait(moment)
        if hall.ended.is_set():
            return
        yield kill
