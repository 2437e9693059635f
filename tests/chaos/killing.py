"""Carrying a plan out: SIGKILL to a part while it has work in hand, and its start again on the same ports."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from pymongo.errors import PyMongoError

from deploy.local.broker import Broker
from deploy.local.database import Database
from deploy.local.process import Process
from deploy.local.trouble import Trouble
from deploy.local.waiting import DeadlineMissed, eventually
from tests.chaos.client import Tally
from tests.chaos.plan import BROKER, DATABASE, GATEWAY, RELAY, SERVICE, Kill, Target
from tests.chaos.reading import Databases
from tests.support.system import RunningPart, System

# How long anything may take to come back; everything is back within seconds when all is well.
BACK_S = 90.0
# So many acknowledgements show that the system is at work again after a kill.
AT_WORK = 5
# How long a kill waits for a moment at which its target has something in hand.
MOMENT_S = 1.5
_LOOK_S = 0.2
# It has nothing in hand but requests.
IDENTITY = "identity"


class StoodStill(Exception):
    """The system did not come back to work after a kill."""


@dataclass
class Machine:
    """Something that can be killed and started again: a process, and how to know that it works."""

    name: str
    process: Process
    start: Callable[[], object]
    wait_ready: Callable[[], object]

    @classmethod
    def part(cls, part: RunningPart) -> Machine:
        return cls(part.name, part, part.start, lambda: part.wait_ready(BACK_S))

    @classmethod
    def server(cls, name: str, server: Broker | Database) -> Machine:
        # Not `Broker.kill`: what it takes care of before it kills happened long ago.
        return cls(name, server.server, server.start, lambda: server.wait_ready(BACK_S))


@dataclass(frozen=True)
class Struck:
    """A kill that was carried out: when (seconds since the first), what, and what was under way at that moment."""

    at_s: float
    kill: Kill
    machine: str
    requests: int
    in_hand: int

    def __str__(self) -> str:
        under_way = f"{self.requests} requests under way, {self.in_hand} things in hand"
        return f"{self.at_s:7.2f} s  {self.kill.target} → {self.machine}: {under_way}"


class Killer:
    """Kills by plan and revives. `absent` and `ended` tell what did not come back, and what ended by itself."""

    def __init__(self, system: System, broker: Broker, database: Database, databases: Databases, tally: Tally) -> None:
        self._system, self._databases, self._tally = system, databases, tally
        self._servers = {BROKER: Machine.server(BROKER, broker), DATABASE: Machine.server(DATABASE, database)}
        self._parts = {name: Machine.part(part) for name, part in system.parts.items()}
        self._down: set[str] = set()
        self._revivals: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look_after, name="watch", daemon=True)
        self._began = time.monotonic()
        self._acknowledged = 0
        self.struck: list[Struck] = []
        self.absent: list[str] = []
        self.ended: list[str] = []

    def begin(self) -> None:
        """From now on a process that ends without our doing is noticed."""
        self._began = time.monotonic()
        self._watch.start()

    def carry_out(self, kill: Kill) -> None:
        """One kill of the plan, at its moment; returns at once after it. Raises `StoodStill`."""
        if not kill.together:
            self._wait_for_work()
        time.sleep(kill.after_s)
        machine = self._machine(kill.target)
        in_hand = self._await_moment(kill.target)
        requests = self._tally.in_flight
        self._kill(machine)
        revival = threading.Thread(target=self._revive, args=(machine, kill.down_s), name=f"revive {machine.name}")
        self._revivals.append(revival)
        revival.start()
        self._acknowledged = self._tally.acknowledged
        self.struck.append(Struck(time.monotonic() - self._began, kill, machine.name, requests, in_hand))

    def wait_all_back(self) -> None:
        """Returns when nothing is down any more."""
        for revival in self._revivals:
            revival.join()

    def kill(self, part: str) -> None:
        """Kills a part by hand, for kills that no plan can time; `start` it again."""
        self._kill(self._parts[part])

    def start(self, part: str) -> None:
        """Starts a part that was killed by hand, and returns at once."""
        self._start(self._parts[part])

    def end(self) -> None:
        """Stops looking after the processes."""
        self._over.set()
        if self._watch.is_alive():
            self._watch.join()

    def _wait_for_work(self) -> None:
        try:
            eventually(lambda: self._tally.acknowledged >= self._acknowledged + AT_WORK, BACK_S)
        except DeadlineMissed:
            raise StoodStill(f"no work was done for {BACK_S:g} s after {self.struck[-1:]}") from None

    def _machine(self, target: Target) -> Machine:
        """The machine to kill now: one that is up and ready."""
        try:
            machine = eventually(lambda: self._up(target), BACK_S)
        except DeadlineMissed:
            raise StoodStill(f"{target} was not there to be killed within {BACK_S:g} s") from None
        assert machine is not None
        return machine

    def _up(self, target: Target) -> Machine | None:
        machine = self._relay(target.service) if target.kind == RELAY else self._named(target)
        with self._lock:
            return machine if machine is not None and machine.name not in self._down else None

    def _named(self, target: Target) -> Machine:
        if target.kind in self._servers:
            return self._servers[target.kind]
        if target.kind == GATEWAY:
            return self._parts[self._system.gateway.name]
        return self._parts[self._system.processes[target.service][target.replica - 1].name]

    def _relay(self, service: str) -> Machine | None:
        holder = self._databases.relay_holder(service)
        replicas = [self._parts[part.name] for part in self._system.processes[service]]
        return next((one for one in replicas if one.process.alive and one.process.pid == holder), None)

    def _await_moment(self, target: Target) -> int:
        """Returns when the target has something in hand, or after a while; how much it has."""
        found = 0
        give_up_at = time.monotonic() + MOMENT_S
        with suppress(PyMongoError):
            while not found and time.monotonic() < give_up_at:
                found = self._in_hand(target)
        return found

    def _in_hand(self, target: Target) -> int:
        """Documents with pending events for a relay, what was not dealt with for a service, else requests."""
        if target.kind == RELAY:
            return sum(self._databases.pending(target.service).values())
        if target.kind == SERVICE and target.service != IDENTITY:
            return self._databases.in_hand(target.service)
        return self._tally.in_flight

    def _kill(self, machine: Machine) -> None:
        with self._lock:
            self._down.add(machine.name)
        machine.process.kill()

    def _start(self, machine: Machine) -> None:
        machine.start()
        with self._lock:
            self._down.discard(machine.name)

    def _revive(self, machine: Machine, down_s: float) -> None:
        time.sleep(down_s)
        try:
            machine.start()
            machine.wait_ready()
        except (AssertionError, Trouble) as error:
            self.absent.append(f"{machine.name}: {error}")
        finally:
            with self._lock:
                self._down.discard(machine.name)

    def _look_after(self) -> None:
        """Notices who ended by itself, and starts it again so that the rest of the run says something, too."""
        while not self._over.wait(_LOOK_S):
            for machine in (*self._parts.values(), *self._servers.values()):
                with self._lock:
                    left = machine.name not in self._down and not machine.process.alive
                if left:
                    self.ended.append(f"{machine.name} with {machine.process.exit_code}")
                    machine.start()
