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
from tests.chaos.plan import BROKER, DATABASE, GATEWAY, OUTAGE, RELAY, Kill, Target
from tests.chaos.reading import Databases
from tests.support.system import RunningPart, System

# How long anything may take to come back; everything is back within seconds when all is well.
BACK_S = 90.0
# So many acknowledgements show that the system is at work again after a kill.
AT_WORK = 5
# How long a kill waits for a moment at which its target has something in hand.
MOMENT_S = 1.5
# How long an outage's second kill waits for the first of the backlog to be dealt with; a start takes two or three.
BACKLOG_S = 10.0
_LOOK_S = 0.2
_BRIEFLY_S = 0.001
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


@dataclass
class Struck:
    """A kill that was carried out: when (seconds since the first), what, and what was under way at that moment.

    `again`: of an outage, when everything was killed once more, with how much in hand.
    """

    at_s: float
    kill: Kill
    machines: str
    requests: int
    in_hand: int
    again: tuple[float, int] | None = None

    def __str__(self) -> str:
        under_way = f"{self.requests} requests under way, {self.in_hand} things in hand"
        again = f"; again at {self.again[0]:.2f} s with {self.again[1]} in hand" if self.again else ""
        return f"{self.at_s:7.2f} s  {self.kill.target} → {self.machines}: {under_way}{again}"


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
        machines = self._machines(kill.target)
        in_hand = self._await_moment(kill.target)
        requests = self._tally.in_flight
        self._kill(*machines)
        names = ", ".join(machine.name for machine in machines)
        struck = Struck(time.monotonic() - self._began, kill, names, requests, in_hand)
        self.struck.append(struck)
        revival = threading.Thread(target=self._revive, args=(machines, struck), name=f"revive {names}")
        self._revivals.append(revival)
        revival.start()
        self._acknowledged = self._tally.acknowledged

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

    def _machines(self, target: Target) -> list[Machine]:
        """The machines to kill now: up and ready."""
        try:
            return eventually(lambda: self._up(target), BACK_S)
        except DeadlineMissed:
            raise StoodStill(f"{target} was not there to be killed within {BACK_S:g} s") from None

    def _up(self, target: Target) -> list[Machine]:
        """All machines of the target, or none if any of them is down."""
        machines = self._holding(target.service) if target.kind == RELAY else self._named(target)
        with self._lock:
            return [] if any(machine.name in self._down for machine in machines) else machines

    def _named(self, target: Target) -> list[Machine]:
        if target.kind in self._servers:
            return [self._servers[target.kind]]
        if target.kind == GATEWAY:
            return [self._parts[self._system.gateway.name]]
        every = self._replicas(target.service)
        return every if target.kind == OUTAGE else [every[target.replica - 1]]

    def _replicas(self, service: str) -> list[Machine]:
        return [self._parts[part.name] for part in self._system.processes[service]]

    def _holding(self, service: str) -> list[Machine]:
        """The process whose relay is the active one, if there is one."""
        holder = self._databases.relay_holder(service)
        return [one for one in self._replicas(service) if one.process.alive and one.process.pid == holder]

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
        if target.service not in ("", IDENTITY):
            return self._databases.in_hand(target.service)
        return self._tally.in_flight

    def _await_backlog(self, service: str) -> None:
        """Returns when the first of what a service finds on its return was dealt with, or after a while."""
        give_up_at = time.monotonic() + BACKLOG_S
        last = 0
        while time.monotonic() < give_up_at:
            with suppress(PyMongoError):
                now = self._databases.in_hand(service)
                if now < last:
                    return
                last = now
            time.sleep(_BRIEFLY_S)

    def _kill(self, *machines: Machine) -> None:
        with self._lock:
            self._down.update(machine.name for machine in machines)
        for machine in machines:
            machine.process.kill()

    def _start(self, machine: Machine) -> None:
        machine.start()
        with self._lock:
            self._down.discard(machine.name)

    def _revive(self, machines: list[Machine], struck: Struck) -> None:
        time.sleep(struck.kill.down_s)
        try:
            if struck.kill.again_s is not None:
                self._kill_at_work(machines, struck, struck.kill.again_s)
            for machine in machines:
                machine.start()
            for machine in machines:
                machine.wait_ready()
        except (AssertionError, Trouble) as error:
            self.absent.append(f"{struck.machines}: {error}")
        finally:
            with self._lock:
                self._down.difference_update(machine.name for machine in machines)

    def _kill_at_work(self, machines: list[Machine], struck: Struck, again_s: float) -> None:
        """Starts them and kills them once more while they work off what came in meanwhile."""
        for machine in machines:
            machine.start()
        self._await_backlog(struck.kill.target.service)
        time.sleep(again_s)
        self._kill(*machines)
        at_s, in_hand = time.monotonic() - self._began, 0
        with suppress(PyMongoError):
            in_hand = self._databases.in_hand(struck.kill.target.service)
        struck.again = at_s, in_hand

    def _look_after(self) -> None:
        """Notices who ended by itself, and starts it again so that the rest of the run says something, too."""
        while not self._over.wait(_LOOK_S):
            for machine in (*self._parts.values(), *self._servers.values()):
                with self._lock:
                    left = machine.name not in self._down and not machine.process.alive
                if left:
                    self.ended.append(f"{machine.name} with {machine.process.exit_code}")
                    machine.start()
