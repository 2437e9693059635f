"""What is killed, in which order, and for how long it stays down: drawn from a seed, nothing else."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# A process of a service; the process whose relay is the active one; the gateway with its workers; the servers.
SERVICE, RELAY, GATEWAY, BROKER, DATABASE = "service", "relay", "gateway", "broker", "database"
KINDS = (SERVICE, RELAY, GATEWAY, BROKER, DATABASE)

LONGEST_DOWN_S = 3.0
# At times longer than the services wait for a database (5 s), which ends their requests in another way.
DATABASE_LONGEST_DOWN_S = 7.0
LONGEST_CALM_S = 1.2
# How often a kill comes while the one before is still felt, and how soon after it.
TOGETHER = 0.25
LONGEST_LAG_S = 1.0


@dataclass(frozen=True)
class Target:
    """What can be killed. `service` names the service of a process or relay, `replica` counts its processes from 1."""

    kind: str
    service: str = ""
    replica: int = 0

    def __str__(self) -> str:
        if self.kind == RELAY:
            return f"relay of {self.service}"
        return f"{self.service}-{self.replica}" if self.replica > 1 else self.service or self.kind


@dataclass(frozen=True)
class Kill:
    """One kill: `after_s` seconds after the one before, down for `down_s` seconds and the time that its start takes.

    `together`: at once, whatever is still down; otherwise the system is at work again before it.
    """

    target: Target
    after_s: float
    down_s: float
    together: bool

    def __str__(self) -> str:
        together = "together, " if self.together else ""
        return f"{self.target} ({together}after {self.after_s:.2f} s, down for {self.down_s:.2f} s)"


def plan_of(seed: int, kills: int, replicas: Mapping[str, int]) -> list[Kill]:
    """The plan of a seed: the same for the same arguments. `replicas` is how many processes each service has.

    The first five kills are one of each kind; after the first round everything that there is was killed once.
    """
    chance = random.Random(f"chaos {seed}")
    targets = _targets(chance, replicas)
    return [_kill(chance, next(targets), first=number == 0) for number in range(kills)]


def _kill(chance: random.Random, target: Target, *, first: bool) -> Kill:
    together = not first and chance.random() < TOGETHER
    after = chance.uniform(0, LONGEST_LAG_S) if together else chance.uniform(0.1, LONGEST_CALM_S)
    longest = DATABASE_LONGEST_DOWN_S if target.kind == DATABASE else LONGEST_DOWN_S
    return Kill(target, round(after, 2), round(chance.uniform(0, longest), 2), together)


def _targets(chance: random.Random, replicas: Mapping[str, int]) -> Iterator[Target]:
    """Rounds of everything, each in another order, never one thing twice in a row."""
    last: Target | None = None
    order = _one_of_each_kind_first(chance, _everything(chance, replicas))
    while True:
        if order[0] == last:
            order.append(order.pop(0))
        yield from order
        last = order[-1]
        order = _everything(chance, replicas)
        chance.shuffle(order)


def _everything(chance: random.Random, replicas: Mapping[str, int]) -> list[Target]:
    services = [Target(SERVICE, name, chance.randint(1, count)) for name, count in replicas.items()]
    # Where there is but one process, its relay falls with it anyway.
    relays = [Target(RELAY, name) for name, count in replicas.items() if count > 1]
    return [*services, *relays, Target(GATEWAY), Target(BROKER), Target(DATABASE)]


def _one_of_each_kind_first(chance: random.Random, targets: list[Target]) -> list[Target]:
    chance.shuffle(targets)
    first = [next(target for target in targets if target.kind == kind) for kind in _kinds_of(targets)]
    chance.shuffle(first)
    return first + [target for target in targets if target not in first]


def _kinds_of(targets: list[Target]) -> list[str]:
    return [kind for kind in KINDS if any(target.kind == kind for target in targets)]
