"""One seed: the system is started, used, killed by plan, left to come to rest, and looked at."""

from __future__ import annotations

import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import TimeoutExpired
from types import TracebackType

from pymongo.errors import PyMongoError

from deploy.local.broker import Broker
from deploy.local.database import Database
from deploy.local.waiting import DeadlineMissed, eventually
from tests.chaos.checks import Finding, findings
from tests.chaos.client import Client, NoAnswer, Tally, Unexpected
from tests.chaos.evidence import Evidence, Message, Read
from tests.chaos.killing import Killer, StoodStill, Struck
from tests.chaos.people import Person, Surroundings
from tests.chaos.plan import Kill, plan_of
from tests.chaos.publishing import Newsroom, Partners
from tests.chaos.reading import Databases, errors_logged, queue_lengths
from tests.chaos.reporting import DeskOfficer, Reporter
from tests.chaos.studying import Member, Trainer
from tests.chaos.testimony import Reported, Testimony
from tests.support.system import System

# Two of what does the work, so that one goes on while the other is dead and the relay is somebody's role.
REPLICAS = {"identity": 1, "reports": 2, "tasks": 2, "quiz": 2, "publicity": 2}

ENVIRONMENT = {
    "LOG_FORMAT": "json",
    "GATEWAY_WORKERS": "2",
    # Everybody here has one address.
    "GATEWAY_PUBLIC_WRITE_LIMIT": "1000000/minute",
    "GATEWAY_PUBLIC_READ_LIMIT": "1000000/minute",
    # Those who sign in once stay signed in for the whole run.
    "IDENTITY_ACCESS_MINUTES": "60",
    # Waits that a run can sit out; a delivery is given up only after minutes.
    "PUBLICITY_RETRY_WAITS": "0.2,0.3,0.5,0.5," + ",".join(["1"] * 300),
    "PUBLICITY_SEND_TIMEOUT_SECONDS": "2",
    "PUBLICITY_SENDING_LEASE_SECONDS": "4",
}

REPORTERS, MEMBERS = 3, 4
# How long what was begun may take to be finished, and everything that follows from it to come to rest.
FINISH_S, REST_S = 120.0, 150.0
READERS_AT_ONCE = 4

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
    with Stage(seed, broker, database, folder, replicas) as stage:
        stage.set()
        stage.play(track(plan_of(seed, kills, replicas)))
        evidence = stage.look()
        found = findings(stage.shared.testimony, evidence)
    seconds = time.monotonic() - began
    return Outcome(seed, found, stage.killer.struck, stage.shared.tally, stage.shared.testimony, seconds)


class Stage:
    """Everything that one run stands on; leaves nothing behind but logs."""

    def __init__(
        self, seed: int, broker: Broker, database: Database, folder: Path, replicas: Mapping[str, int]
    ) -> None:
        self._unique = f"chaos{seed}_{secrets.token_hex(3)}_"
        self._broker = broker
        amqp_uri = broker.create_vhost(self._unique)
        self.system = System(
            folder, amqp_uri, database.uri, prefix=self._unique, replicas=replicas, environment=ENVIRONMENT
        )
        self.databases = Databases(database.uri, self._unique)
        self.shared = Surroundings(
            self.system.address, self.system.password, seed, Tally(), Testimony(), threading.Event()
        )
        self.partners = Partners(seed)
        self.killer = Killer(self.system, broker, database, self.databases, self.shared.tally)
        self.newsroom = Newsroom("newsroom", self.shared, self.partners)
        self.people: list[Person] = [
            Trainer("trainer", self.shared),
            self.newsroom,
            DeskOfficer("desk", self.shared),
            *(Reporter(f"reporter{number}", self.shared) for number in range(REPORTERS)),
            # Never repeats: what becomes of reports that were not acknowledged.
            Reporter("hasty", self.shared, patience_s=0),
            *(Member(f"member{number + 1}", self.shared) for number in range(MEMBERS)),
        ]

    def __enter__(self) -> Stage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shared.over.set()
        self.killer.end()
        self.partners.close()
        self.system.stop()
        with suppress(PyMongoError, RuntimeError, TimeoutExpired):
            self.databases.drop()
            self._broker.delete_vhost(self._unique)
        self.databases.close()

    def set(self) -> None:
        """Starts the system, with demonstration accounts and with what people need before they begin."""
        self.system.start("identity")
        for person in self.people:
            person.prepare()

    def play(self, kills: Iterable[Kill]) -> None:
        """People at work while the plan is carried out; returns when everything has come to rest."""
        threads = [threading.Thread(target=person.live, name=person.name, daemon=True) for person in self.people]
        for thread in threads:
            thread.start()
        self.partners.sicken()
        self.killer.begin()
        try:
            for kill in kills:
                self.killer.carry_out(kill)
        except StoodStill as error:
            self.killer.absent.append(str(error))
        self.killer.wait_all_back()
        self.shared.over.set()
        self.partners.recover()
        self._finish(threads)
        # What is not at rest then is found by the checks.
        with suppress(DeadlineMissed):
            eventually(self._at_rest, REST_S)

    def look(self) -> Evidence:
        """All the evidence."""
        evidence = self.databases.read()
        evidence.queues = self._queues()
        evidence.messages = [*self._webhooks(), *self._mails()]
        evidence.reads = self._read_receipts()
        evidence.absent, evidence.ended = self.killer.absent, self.killer.ended
        for part in self.system.parts.values():
            evidence.errors += errors_logged(part.log_file)
        return evidence

    def _finish(self, threads: list[threading.Thread]) -> None:
        give_up_at = time.monotonic() + FINISH_S
        for thread in threads:
            thread.join(max(0.0, give_up_at - time.monotonic()))
            if thread.is_alive():
                self.shared.testimony.complaints.append(f"{thread.name}: not finished within {FINISH_S:g} s")

    def _at_rest(self) -> bool:
        """Nothing pending, nothing queued, nothing due; and still so after the queues were seen to be empty."""
        return not self._waits() and not self._queues() and not self._waits()

    def _waits(self) -> int:
        return sum(self.databases.pending().values()) + sum(self.databases.unfinished().values())

    def _queues(self) -> dict[str, int]:
        options = ("--vhost", self._unique, "--formatter", "json")
        return queue_lengths(self._broker.control("list_queues", *options, "name", "messages"))

    def _webhooks(self) -> Iterator[Message]:
        for channel, sink in zip(self.newsroom.channels.hooks, self.partners.hooks, strict=True):
            for received in sink.received:
                yield Message(channel, received.id, received.data["id"])

    def _mails(self) -> Iterator[Message]:
        for mail in self.partners.mail.mails:
            for recipient in mail.recipients:
                yield Message(self.newsroom.channels.newsletter, mail.id, str(mail.message["Subject"]), recipient)

    def _read_receipts(self) -> list[Read]:
        """Every acknowledged receipt is shown at the gateway, as its holder would."""
        held = [report for report in self.shared.testimony.reports if report.acknowledged]
        client = Client(self.shared.address, Tally())
        with ThreadPoolExecutor(READERS_AT_ONCE) as readers:
            reads = list(readers.map(lambda report: _read(client, report), held))
        client.close()
        return reads


def _read(client: Client, report: Reported) -> Read:
    try:
        seen = client.ask("GET", "/reports/current", headers={"Authorization": f"Receipt {report.receipt}"})
    except (NoAnswer, Unexpected):
        return Read(report.marker, None)
    return Read(report.marker, seen["state"], tuple(message["text"] for message in seen["messages"]))
