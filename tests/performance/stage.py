"""What is measured: a broker, a database and the whole system on them, started for this alone and ended with it."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
from pymongo import MongoClient

from deploy.local import parts
from deploy.local.broker import Broker
from deploy.local.checkout import Checkout
from deploy.local.database import Database
from tests.performance.figures import Run
from tests.performance.processes import measured, resident_mb
from tests.support.serving import ServingProcess
from tests.support.system import System

# As in production behind one proxy, which tells each reporter's address; but tokens that outlive a measurement.
SETTINGS = {"LOG_FORMAT": "json", "TRUSTED_PROXIES": "1", "IDENTITY_ACCESS_MINUTES": "60"}
WORKER = "reports-worker"
# What is still under way when the last operation has been seen to be done: it is ours, too.
SETTLE_S = 0.5


@dataclass
class Stage:
    """A running system and its servers, `servers` by name → process id."""

    system: System
    servers: Mapping[str, int]
    mongo: MongoClient[dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.mongo = MongoClient(self.system.mongo_uri, tz_aware=True)

    @property
    def programs(self) -> dict[str, int]:
        """Everything that works for an operation: the parts of the system, broker and database."""
        return {name: part.pid for name, part in self.system.parts.items()} | dict(self.servers)

    def database(self, service: str) -> Any:
        """The database of a service."""
        return self.mongo[f"{self.system.database_prefix}{service}"]

    def measure(
        self, work: Callable[[], list[float] | None], operations: int, programs: Mapping[str, int] | None = None
    ) -> Run:
        """Does the work of so many operations, and counts what the programs (all of them) use for it.

        The work tells how long each operation took, in seconds, where they can be told apart.
        """
        with measured(programs or self.programs) as used:
            began = time.perf_counter()
            delays = work()
            wall = time.perf_counter() - began
            time.sleep(SETTLE_S)
        return Run(operations, used.seconds, wall, delays or [], used.strangers)

    @contextmanager
    def without(self, name: str) -> Iterator[None]:
        """While the block runs, this part, if it runs at all, stands still; what is for it waits."""
        part = self.system.parts.get(name)
        if part is None:
            yield
            return
        part.pause()
        try:
            yield
        finally:
            part.resume()

    def idle(self, seconds: float) -> dict[str, Any]:
        """What the programs use and hold while nobody asks anything: CPU ms a second, resident MB."""
        with measured(self.programs) as used:
            time.sleep(seconds)
        return {
            "cpu_ms_per_s": {name: round(value / seconds * 1e3, 1) for name, value in used.seconds.items()},
            "rss_mb": {name: round(resident_mb(pid), 1) for name, pid in self.programs.items()},
        }

    def signed_in(self, *names: str) -> list[httpx.Client]:
        """Clients signed in as these demo accounts; use and close them."""
        return [self.system.client(name) for name in names]

    @contextmanager
    def beside(self, name: str, application: str, **environment: str) -> Iterator[ServingProcess]:
        """Another WSGI application under the gateway's own gunicorn configuration, while the block runs."""
        checkout = Checkout(self.system.folder / name)
        part = parts.gateway(checkout, self.system.environment | environment, checkout.ports.get("gateway"))
        part = replace(part, command=(*part.command[:-1], application))
        log = self.system.folder / "log" / f"{name}.log"
        process = ServingProcess(name, part.command, env=part.environment, log=log, url=part.address)
        try:
            process.start()
            yield process.wait_ready()
        finally:
            process.kill()


@dataclass(frozen=True)
class Servers:
    """A broker and a database in a temporary folder, for any number of systems."""

    folder: Path
    broker: Broker
    database: Database

    @contextmanager
    def stage(self, name: str = "bench", **options: Any) -> Iterator[Stage]:
        """A system of this name on them, with the demonstration's people; `options` are those of `System`.

        WORKER is not started unless it is asked for: what it does, it does after the operations that are measured.
        """
        environment = {**SETTINGS, **options.pop("environment", {})}
        options.setdefault("services", [name for name in parts.SERVICES if name != WORKER])
        system = System(
            self.folder / name,
            self.broker.create_vhost(name),
            self.database.uri,
            prefix=f"{name}_",
            environment=environment,
            **options,
        )
        try:
            system.start("identity")
            yield Stage(system, {"broker": self.broker.server.pid, "mongod": self.database.server.pid})
        finally:
            system.stop()


@contextmanager
def servers() -> Iterator[Servers]:
    """Servers for this measurement alone."""
    folder = Path(tempfile.mkdtemp(prefix="mingjing-bench-"))
    broker, database = Broker(folder / "rabbitmq"), Database(folder / "mongo")
    try:
        broker.start()
        database.start()
        yield Servers(folder, broker.wait_ready(), database.wait_ready())
    finally:
        broker.kill_all()
        database.kill_all()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def stage(**options: Any) -> Iterator[Stage]:
    """One system on servers of its own; `options` are those of `System`."""
    with servers() as own, own.stage(**options) as running:
        yield running
