"""What a run stands on: a system of its own, people who use it, and a look at all of it in the end."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from subprocess import TimeoutExpired
from types import TracebackType

from pymongo.errors import PyMongoError

from deploy.local.broker import Broker
from deploy.local.database import Database
from deploy.local.waiting import DeadlineMissed, eventually
from tests.chaos import checks
from tests.chaos.checks import Finding
from tests.chaos.client import Client, NoAnswer, Tally, Unexpected
from tests.chaos.evidence import Evidence, Read
from tests.chaos.killing import Killer, StoodStill
from tests.chaos.people import Person, Surroundings
from tests.chaos.plan import Kill
from tests.chaos.publishing import Newsroom, Partners
from tests.chaos.reading import Databases, errors_logged, queue_lengths
from tests.chaos.testimony import Reported, Testimony
from tests.support.system import System

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

# How long what was begun may take to be finished, and everything that follows from it to come to rest.
FINISH_S, REST_S = 120.0, 150.0
# A quorum queue tells how long it is every five seconds: until then it may be said to be empty, or not to be.
TOLD_EVERY_S = 6.0
READERS_AT_ONCE = 4

Cast = Callable[[Surroundings, Partners], list[Person]]


class Stage:
    """The services of `replicas` and the gateway, on a virtual host and databases of their own, used by `cast`.

    `commands` is what runs in place of a service, `environment` what is set besides. On leaving it everything is
    gone but the logs in `folder`.
    """

    def __init__(
        self,
        seed: int,
        broker: Broker,
        database: Database,
        folder: Path,
        replicas: Mapping[str, int],
        cast: Cast,
        *,
        commands: Mapping[str, Sequence[str]] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._at_rest_since: float | None = None
        self._unique = f"chaos{seed}_{secrets.token_hex(3)}_"
        self._broker = broker
        self.system = System(
            folder,
            broker.create_vhost(self._unique),
            database.uri,
            prefix=self._unique,
            services=tuple(replicas),
            replicas=replicas,
            environment={**ENVIRONMENT, **(environment or {})},
            commands=commands,
        )
        self.databases = Databases(database.uri, self._unique)
        self.shared = Surroundings(
            self.system.address, self.system.password, seed, Tally(), Testimony(), threading.Event()
        )
        self.partners = Partners(seed)
        self.killer = Killer(self.system, broker, database, self.databases, self.shared.tally)
        self.people = cast(self.shared, self.partners)
        self._threads = [threading.Thread(target=person.live, name=person.name, daemon=True) for person in self.people]

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

    def begin(self) -> None:
        """Starts the system, with demonstration accounts if it has any, and people's work."""
        if "identity" in self.system.processes:
            self.system.start("identity")
        else:
            self.system.start_parts()
        for person in self.people:
            person.prepare()
        for thread in self._threads:
            thread.start()
        self.partners.sicken()
        self.killer.begin()

    def carry_out(self, kills: Iterable[Kill]) -> None:
        """The kills of a plan, until one of them leaves the system standing still; returns when all is up again."""
        try:
            for kill in kills:
                self.killer.carry_out(kill)
        except StoodStill as error:
            self.killer.absent.append(str(error))
        self.killer.wait_all_back()

    def come_to_rest(self) -> None:
        """People finish what they began, partners are well; returns when nothing is left to do, or after a while."""
        self.shared.over.set()
        self.partners.recover()
        give_up_at = time.monotonic() + FINISH_S
        for thread in self._threads:
            thread.join(max(0.0, give_up_at - time.monotonic()))
            if thread.is_alive():
                self.shared.testimony.complaints.append(f"{thread.name}: not finished within {FINISH_S:g} s")
        # What is not at rest then is found by the checks.
        with suppress(DeadlineMissed):
            eventually(self._at_rest, REST_S)

    def findings(self) -> list[Finding]:
        """The broken promises."""
        return checks.findings(self.shared.testimony, self.look())

    def look(self) -> Evidence:
        """All the evidence."""
        evidence = self.databases.read()
        evidence.queues = self._queues()
        for person in self.people:
            if isinstance(person, Newsroom):
                evidence.messages += person.received()
        evidence.reads = self._read_receipts()
        self.killer.end()
        evidence.absent, evidence.ended = self.killer.absent, self.killer.ended
        for part in self.system.parts.values():
            evidence.errors += errors_logged(part.log_file)
        return evidence

    def _at_rest(self) -> bool:
        """Nothing pending, nothing queued, nothing due, for longer than the broker takes to tell of a queue."""
        since, self._at_rest_since = self._at_rest_since, None
        # A dead letter rests already.
        if self._waits() or any(not name.endswith(".dead") for name in self._queues()):
            return False
        self._at_rest_since = since or time.monotonic()
        return time.monotonic() - self._at_rest_since > TOLD_EVERY_S

    def _waits(self) -> int:
        return sum(self.databases.pending().values()) + sum(self.databases.unfinished().values())

    def _queues(self) -> dict[str, int]:
        options = ("--vhost", self._unique, "--formatter", "json")
        return queue_lengths(self._broker.control("list_queues", *options, "name", "messages"))

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
