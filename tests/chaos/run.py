"""One seed: the system is started, used, killed by plan, left to come to rest, and looked at."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.broker import Broker
from deploy.local.database import Database
from tests.chaos.checks import Finding
from tests.chaos.client import Tally
from tests.chaos.killing import Struck
from tests.chaos.people import Person, Surroundings
from tests.chaos.plan import Kill, plan_of
from tests.chaos.publishing import Newsroom, Partners
from tests.chaos.reporting import DeskOfficer, Reporter
from tests.chaos.stage import Stage
from tests.chaos.studying import Member, Trainer
from tests.chaos.testimony import Testimony

# Two of what does the work, so that one goes on while the other is dead and the relay is somebody's role.
REPLICAS = {"identity": 1, "reports": 2, "reports-worker": 1, "tasks": 2, "quiz": 2, "publicity": 2}
REPORTERS, MEMBERS = 3, 4

Track = Callable[[list[Kill]], Iterable[Kill]]


@dataclass
class Outcome:
    """What a run came to. `seconds` is its whole time, start and rest included."""

    seed: int
    findings: list[Finding]
    struck: list[Struck]
    tally: Tally
    testimony: Testimony
    seconds: float

    @property
    def line(self) -> str:
        """All of it in one line."""
        said, kinds = self.testimony, Counter(each.kill.target.kind for each in self.struck)
        killed = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
        did = (
            f"{sum(r.acknowledged for r in said.reports)} of {len(said.reports)} reports, "
            f"{sum(s.submitted for s in said.sittings)} submissions, "
            f"{sum(p.released for p in said.publications)} publications"
        )
        verdict = f"{len(self.findings)} FINDINGS" if self.findings else "all promises kept"
        return (
            f"seed {self.seed}: {len(self.struck)} kills ({killed}); {self.tally.acknowledged} acknowledged "
            f"({did}), {self.tally.repeated} repeated; {self.seconds:.0f} s; {verdict}"
        )


def run(
    seed: int,
    kills: int,
    broker: Broker,
    database: Database,
    folder: Path,
    *,
    replicas: Mapping[str, int] = REPLICAS,
    track: Track = list,
) -> Outcome:
    """Runs one seed on servers that may be broken, on a virtual host and in databases of its own.

    `folder` keeps the logs of the parts; `track` sees the plan go by, for a progress bar.
    """
    began = time.monotonic()
    with Stage(seed, broker, database, folder, replicas, everybody) as stage:
        stage.begin()
        stage.carry_out(track(plan_of(seed, kills, replicas)))
        stage.come_to_rest()
        found = stage.findings()
    seconds = time.monotonic() - began
    return Outcome(seed, found, stage.killer.struck, stage.shared.tally, stage.shared.testimony, seconds)


def everybody(shared: Surroundings, partners: Partners) -> list[Person]:
    """All who use the system in a run."""
    return [
        Trainer("trainer", shared),
        Newsroom("newsroom", shared, partners),
        DeskOfficer("desk", shared),
        *(Reporter(f"reporter{number}", shared) for number in range(REPORTERS)),
        # Never repeats: what becomes of reports that were not acknowledged.
        Reporter("hasty", shared, patience_s=0),
        *(Member(f"member{number + 1}", shared) for number in range(MEMBERS)),
    ]
