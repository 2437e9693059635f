"""What is killed, in which order, and for how long it stays down: drawn from a seed, nothing else."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# A process of a service; the process whose relay is the active one; all processes of a service, and again when they are
# back at work; the gateway with its workers; the servers.
SERVICE, RELAY, OUTAGE, GATEWAY, BROKER, DATABASE = "service", "relay", "outage", "gateway", "broker", "database"
KINDS = (SERVICE, RELAY, OUTAGE, GATEWAY, BROKER, DATABASE)

LONGEST_DOWN_S = 3.0
# At times longer than the services wait for a database (5 s), which ends their requests in another way.
DATABASE_LONGEST_DOWN_S = 7.0
LONGEST_CALM_S = 1.2
# How often a kill comes while the one before is still felt, and how soon after it.
TOGETHER = 0.25
LONGEST_LAG_S = 1.0
# An outage's second kill comes so soon after the first of the backlog has had its effect.
LONGEST_AGAIN_S = 0.02


@dataclass(frozen=True)
class Target:
    """What can be killed. `service` names whose process, relay or outage it is, `replica` counts processes from 1."""

    kind: str
    service: str = ""
    replica: int = 0

    def __str__(self) -> str:
        if self.kind == RELAY:
            return f"relay of {self.service}"
        if self.kind == OUTAGE:
            return f"all of {self.service}"
        return f"{self.service}-{self.replica}" if self.replica > 1 else self.service or self.kind


@dataclass(frozen=True)
class Kill:
    """One kill: `after_s` seconds after the one before, down for `down_s` seconds and the time that its start takes.

    `together`: at once, whatever is still down; otherwise the system is at work again before it. `again_s`: of an
    outage, how long after the first of the backlog was dealt with everything is killed once more.
    """

    target: Target
    after_s: float
    down_s: float
    together: bool
    again_s: float | None = None

    def __str__(self) -> str:
        together = "together, " if self.together else ""
        again = "" if self.again_s is None else f", again after {self.again_s:.3f} s of work"
        return f"{self.target} ({together}after {self.after_s:.2f} s, down for {self.down_s:.2f} s{again})"


def plan_of(seed: int, kills: int, replicas: Mapping[str, int]) -> list[Kill]:
    """The plan of a seed: the same for the same arguments. `replicas` is how many processes each service has.

    The first six kills are one of each kind; after the first round everything that there is was killed once, but for
    half of the outages, which the second round brings.
    """
    chance = random.Random(f"chaos {seed}")
    targets = _targets(chance, replicas)
    return [_kill(chance, next(targets), first=number == 0) for number in range(kills)]


def _kill(chance: random.Random, target: Target, *, first: bool) -> Kill:
    together = not first and chance.random() < TOGETHER
    after = chance.uniform(0, LONGEST_LAG_S) if together else chance.uniform(0.1, LONGEST_CALM_S)
    longest = DATABASE_LONGEST_DOWN_S if target.kind == DATABASE else LONGEST_DOWN_S
    down = round(chance.uniform(0, longest), 2)
    again = round(chance.uniform(0, LONGEST_AGAIN_S), 3) if target.kind == OUTAGE else None
    return Kill(target, round(after, 2), down, together, again)


def _targets(chance: random.Random, replicas: Mapping[str, int]) -> Iterator[Target]:
    """Rounds of everything, each in another order, never one thing twice in a row."""
    last: Target | None = None
    outages = _outages(chance, replicas)
    order = _one_of_each_kind_first(chance, [*_everything(chance, replicas), *next(outages)])
    while True:
        if order[0] == last:
            order.append(order.pop(0))
        yield from order
        last = order[-1]
        order = [*_everything(chance, replicas), *next(outages)]
        chance.shuffle(order)


def _everything(chance: random.Random, replicas: Mapping[str, int]) -> list[Target]:
    services = [Target(SERVICE, name, chance.randint(1, count)) for name, count in replicas.items()]
    # Where there is but one process, its relay falls with it anyway.
    relays = [Target(RELAY, name) for name, count in replicas.items() if count > 1]
    return [*services, *relays, Target(GATEWAY), Target(BROKER), Target(DATABASE)]


def _outages(chance: random.Random, replicas: Mapping[str, int]) -> Iterator[list[Target]]:
    """Half of the services for each round; where there is but one process, its kill is an outage anyway."""
    names = [name for name, count in replicas.items() if count > 1]
    chance.shuffle(names)
    half = (len(names) + 1) // 2
    yield from itertools.cycle([[Target(OUTAGE, name) for name in part] for part in (names[:half], names[half:])])


def _one_of_each_kind_first(chance: random.Random, targets: list[Target]) -> list[Target]:
    chance.shuffle(targets)
    first = [next(target for target in targets if target.kind == kind) for kind in _kinds_of(targets)]
    chance.shuffle(first)
    return first + [target for target in targets if target not in first]


def _kinds_of(targets: list[Target]) -> list[str]:
    return [kind for kind in KINDS if any(target.kind == kind for target in targets)]
