"""`make run`: bring the system up part by part, show it, keep it running until it is told to stop."""

import asyncio
import hashlib
import os
import shutil
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from deploy.local import outside, parts, screen, trouble
from deploy.local.broker import Broker
from deploy.local.checkout import ROOT, Checkout
from deploy.local.database import Database
from deploy.local.files import write_private
from deploy.local.health import answers_200
from deploy.local.record import PartRecord, Record, begun, only_one
from deploy.local.stopping import stop
from deploy.local.supervision import Kept, Supervisor

NEEDED_MB = 500
PART_DEADLINE_S = 90.0
TOPOLOGY_DEADLINE_S = 120.0
SEED_DEADLINE_S = 600.0
# sysexits.h EX_CONFIG: a part that ends so was told something wrong; starting it again would not help.
EXIT_CONFIGURATION = 78
# A part that has died so often before it was ready has something wrong that waiting does not cure.
TRIES_TO_COME_UP = 3

Ready = Callable[[], bool]


def run(checkout: Checkout, console: Console) -> int:
    """Run the system in the foreground until SIGINT, SIGTERM or SIGHUP; the exit code."""
    with only_one(checkout.folder):
        _check_disk(checkout.folder)
        stop(checkout.folder)
        return asyncio.run(_run(checkout, console))


async def _run(checkout: Checkout, console: Console) -> int:
    return await System(checkout, console).run()


def _check_disk(folder: Path) -> None:
    free = shutil.disk_usage(folder).free // 1_000_000
    if free < NEEDED_MB:
        raise trouble.disk_full(folder, free, NEEDED_MB)


class System:
    """The running system of one checkout."""

    def __init__(self, checkout: Checkout, console: Console) -> None:
        self.checkout, self.console = checkout, console
        self.record = Record(os.getpid(), begun(os.getpid()), [])
        self.supervisor = Supervisor(checkout.logs / "supervisor.log", self._died)
        self.progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console, transient=True
        )
        self.told_to_stop = asyncio.Event()
        self.up = False

    async def run(self) -> int:
        await self.supervisor.open()
        self._listen_for_signals()
        coming_up = asyncio.ensure_future(self._come_up())
        stopping = asyncio.ensure_future(self.told_to_stop.wait())
        try:
            await asyncio.wait({coming_up, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if coming_up.done():
                coming_up.result()
                await stopping
            else:
                coming_up.cancel()
                with suppress(asyncio.CancelledError, trouble.Trouble):
                    await coming_up
        finally:
            await self._go_down()
        return 0 if self.up else 130

    def _listen_for_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            loop.add_signal_handler(number, self.told_to_stop.set)

    async def _come_up(self) -> None:
        with self.progress:
            port = self.checkout.gateway_port()
            address = f"http://127.0.0.1:{port}"
            amqp_uri, mongo_uri = await asyncio.gather(self._broker(), self._database())
            write_private(self.checkout.folder / "env", f"AMQP_URI={amqp_uri}\nMONGO_URI={mongo_uri}\n")
            common = parts.common_environment(self.checkout, amqp_uri, mongo_uri)
            await self._job("topology", parts.job_command("topology"), common, TOPOLOGY_DEADLINE_S)
            await asyncio.gather(*map(self._part, parts.services(self.checkout, common, address)))
            await self._part(parts.gateway(self.checkout, common, port))
            password = self.checkout.demo_password()
            await self._seed(common, address, mongo_uri)
        (self.checkout.folder / "address").write_text(address + "\n")
        self.up = True
        self._refresh()
        self.console.print(screen.parts_table(self.record.parts))
        screen.how_to_try(self.console, address, password)

    async def _broker(self) -> str:
        if uri := self.checkout.environment.get("AMQP_URI"):
            await asyncio.to_thread(outside.check_broker, uri)
            self._note(PartRecord("broker", outside.address_of(uri)))
            return uri
        broker = Broker(self.checkout.folder / "rabbitmq", self.checkout.ports)
        names = Kept("epmd", broker.names_command, broker.environment, broker.folder, self._log("epmd"), 5)
        server = Kept("broker", broker.server_command, broker.environment, broker.folder, self._log("broker"), 30)
        await self.supervisor.start(names, server)
        await self._until_ready(server, broker.is_ready, f"127.0.0.1:{broker.port}")
        return broker.uri

    async def _database(self) -> str:
        if uri := self.checkout.environment.get("MONGO_URI"):
            await asyncio.to_thread(outside.check_database, uri)
            self._note(PartRecord("database", outside.address_of(uri)))
            return uri
        database = Database(self.checkout.folder / "mongo", self.checkout.ports)
        log = self._log("database")
        server = Kept("database", database.server_command, database.environment, database.folder, log, 30)
        await self.supervisor.start(server)
        await self._until_ready(server, database.configured, f"127.0.0.1:{database.port}")
        return database.uri

    async def _part(self, part: parts.Part) -> None:
        kept = Kept(part.name, part.command, part.environment, ROOT, self._log(part.name), part.grace_s)
        await self.supervisor.start(kept)
        await self._until_ready(kept, lambda: answers_200(part.health), part.address, part.health)

    async def _job(self, name: str, command: tuple[str, ...], environment: dict[str, str], deadline_s: float) -> None:
        """Run a command to its end; `Trouble` with the end of its log when it fails."""
        job = Kept(name, command, environment, ROOT, self._log(name), once=True)
        task = self.progress.add_task(name, total=1)
        began = time.monotonic()
        await self.supervisor.start(job)
        with suppress(TimeoutError):
            async with asyncio.timeout(deadline_s):
                while job.exit_code is None:
                    await asyncio.sleep(0.1)
        if job.exit_code is None:
            raise trouble.not_ready(name, deadline_s, job.log, job.tail())
        if job.exit_code:
            raise trouble.ended(name, job.log, job.tail())
        self._tell_done(task, name, time.monotonic() - began)

    async def _seed(self, common: dict[str, str], address: str, mongo_uri: str) -> None:
        """Put the demonstration data in, once for the same database."""
        data = "own" if "MONGO_URI" not in self.checkout.environment else mongo_uri
        data = hashlib.sha256(f"{data} {common.get('DATABASE_PREFIX', '')}".encode()).hexdigest()
        marker = self.checkout.folder / "seeded"
        if marker.exists() and marker.read_text().strip() == data:
            return
        told = {"GATEWAY_URL": address, "DEMO_PASSWORD_FILE": str(self.checkout.folder / "demo-password")}
        await self._job("demo data", parts.job_command("seed"), {**common, **told}, SEED_DEADLINE_S)
        marker.write_text(data + "\n")

    async def _until_ready(self, kept: Kept, is_ready: Ready, address: str, health: str = "") -> None:
        task = self.progress.add_task(kept.name, total=1)
        began = time.monotonic()
        while not await asyncio.to_thread(_quietly, is_ready):
            if kept.exit_code == EXIT_CONFIGURATION or kept.restarts >= TRIES_TO_COME_UP:
                raise trouble.ended(kept.name, kept.log, kept.tail())
            if time.monotonic() - began > PART_DEADLINE_S:
                raise trouble.not_ready(kept.name, PART_DEADLINE_S, kept.log, kept.tail())
            await asyncio.sleep(0.1)
        seconds = time.monotonic() - began
        self._note(PartRecord(kept.name, address, health, ready_s=round(seconds, 1)))
        self._tell_done(task, kept.name, seconds)

    def _tell_done(self, task: object, name: str, seconds: float) -> None:
        self.progress.remove_task(task)  # type: ignore[arg-type]
        self.console.print(f"[green]✓[/green] {name} [dim]{seconds:.1f} s[/dim]", highlight=False)

    def _died(self, kept: Kept, exit_code: int, wait_s: float) -> None:
        how = f"was ended by signal {-exit_code}" if exit_code < 0 else f"ended with status {exit_code}"
        self.console.print(
            f"[yellow]{kept.name} {how}; starting it again in {wait_s:.0f} s ({kept.log})[/yellow]", soft_wrap=True
        )
        asyncio.get_running_loop().call_later(wait_s + 2, self._refresh)
        self._refresh()

    def _note(self, part: PartRecord) -> None:
        self.record.parts.append(part)
        self.record.parts.sort(key=_order)
        self._refresh()

    def _refresh(self) -> None:
        """Write down which processes there are now."""
        for part in self.record.parts:
            kept = self.supervisor.kept.get(part.name)
            if kept is not None:
                part.pid = self.supervisor.pid(part.name)
                part.created, part.restarts = begun(part.pid), kept.restarts
        self.record.write(self.checkout.folder)

    async def _go_down(self) -> None:
        """Gateway first, so that nothing new comes in; then the services, which drain; the servers last."""
        (self.checkout.folder / "address").unlink(missing_ok=True)
        anything = bool(self.supervisor.kept)
        if anything:
            self.console.print("stopping …")
        names = [name for name in self.supervisor.kept if name not in ("gateway", *SERVERS)]
        steps: list[Callable[[], Awaitable[None]]] = [
            lambda: self.supervisor.stop("gateway"),
            lambda: self.supervisor.stop(*names),
            lambda: self.supervisor.stop("broker", "database"),
            self.supervisor.close,
        ]
        for step in steps:
            await step()
        (self.checkout.folder / "run.json").unlink(missing_ok=True)
        if anything:
            self.console.print("stopped")

    def _log(self, name: str) -> Path:
        return self.checkout.logs / f"{name.replace(' ', '-')}.log"


SERVERS = ("epmd", "broker", "database")


def _order(part: PartRecord) -> int:
    names = ("broker", "database", *parts.SERVICES, "gateway")
    return names.index(part.name)


def _quietly(is_ready: Ready) -> bool:
    with suppress(Exception):
        return is_ready()
    return False
