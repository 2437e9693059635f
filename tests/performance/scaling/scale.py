"""Replicas of tasks, workers and replicas of the gateway: rate, CPU for an operation, cores in use."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from statistics import median
from typing import Any

from tests.performance import figures, numbers, throttle
from tests.performance.figures import Run
from tests.performance.machine import machine, origin
from tests.performance.rounds import Rounds, Side
from tests.performance.scaling.gateways import gateways
from tests.performance.scaling.replicas_of_tasks import replicas_of_tasks
from tests.performance.stage import Stage, stage

TITLE = "Scale"
COUNTS = (1, 2, 4)
# What throttled replicas have of a core each, and how many there are: the others need less than the rest of two cores.
# Threads of Python that wait for their turn look for it 200 times a second each, so a gateway needs the larger share.
TASKS_SHARE, TASKS_COUNTS = 0.125, COUNTS
GATEWAY_SHARE, GATEWAY_COUNTS = 0.25, (1, 2)
# Whoever must be as many times as fast with two replicas.
JUDGED = {"tasks_throttled": "tasks_ratio", "gateway_saves_throttled": "gateway_ratio"}
EVENTS, REQUESTS = 6_000, 1_500
# Of a throttled replica; more replicas get as many more, so that all take about as long.
EVENTS_EACH, REQUESTS_EACH = 1_500, 1_000
# More say little more here, and take long.
MOST_REPETITIONS = 3

Experiment = Mapping[str, Side]


def measure(rounds: Rounds, tell: Callable[[str], None]) -> dict[str, Any]:
    """The sections `machine` and `scale`. `tell` is called `steps` times."""
    rounds = replace(rounds, repetitions=min(rounds.repetitions, MOST_REPETITIONS))
    found: dict[str, dict[str, list[Run]]] = {}
    with stage(replicas={"tasks": max(COUNTS)}) as running:
        for experiments in (_tasks, _gateways):
            with experiments(running, rounds) as every:
                for name, sides in every.items():
                    found[name] = rounds.telling(lambda words, name=name: tell(f"{name}: {words}"))(sides)
        shares = {"tasks": TASKS_SHARE, "gateway": GATEWAY_SHARE} if throttle.available() else {}
        kind = {"shares": shares, "repetitions": rounds.repetitions}
        return {"machine": machine(running), "scale": kind | section(found) | origin()}


def steps(rounds: Rounds) -> int:
    """How often `measure` tells."""
    each = 3 * len(COUNTS)
    if throttle.available():
        each += len(TASKS_COUNTS) + 2 * len(GATEWAY_COUNTS)
    return each * min(rounds.repetitions, MOST_REPETITIONS)


def section(experiments: Mapping[str, Mapping[str, list[Run]]]) -> dict[str, Any]:
    """The figures of the runs of each experiment by the number of replicas or workers."""
    found: dict[str, Any] = {"experiments": {}}
    for name, runs in experiments.items():
        one = runs["1"]
        found["experiments"][name] = {
            "operations": {count: side[0].operations for count, side in runs.items()},
            "ratios": {count: figures.ratio(side, one, figures.rate) for count, side in runs.items()},
            "sides": {count: figures.side(side) | {"cores": cores(side)} for count, side in runs.items()},
        }
        if name in JUDGED:
            found[JUDGED[name]] = found["experiments"][name]["ratios"]["2"]
            found[f"{JUDGED[name]}_spread"] = figures.spread(runs["2"], one, figures.rate)
    return found | {"numbers": numbers.verdicts("scale", found)}


def cores(runs: list[Run]) -> float:
    """How many cores the programs kept busy, without the load's own work: the median over the repetitions."""
    return round(median(sum(run.seconds.values()) / run.wall for run in runs), 2)


@contextmanager
def _tasks(stage: Stage, rounds: Rounds) -> Iterator[dict[str, Experiment]]:
    with replicas_of_tasks(stage) as replicas:
        events, each = rounds.operations or EVENTS, rounds.operations or EVENTS_EACH
        found = {"tasks": {str(count): partial(replicas.run, count, events, None) for count in COUNTS}}
        if throttle.available():
            found["tasks_throttled"] = {
                str(count): partial(replicas.run, count, each * count, TASKS_SHARE) for count in TASKS_COUNTS
            }
        yield found


@contextmanager
def _gateways(stage: Stage, rounds: Rounds) -> Iterator[dict[str, Experiment]]:
    with gateways(stage, COUNTS, max(GATEWAY_COUNTS), rounds.in_flight) as them:
        requests, each = rounds.operations or REQUESTS, rounds.operations or REQUESTS_EACH
        many, many_each = rounds.in_flight, max(1, rounds.in_flight // 2)
        found = {}
        for load in them.loads:
            found[f"gateway_{load}"] = {
                str(count): partial(them.run, load, [gateway], requests, many)
                for count, gateway in them.workers.items()
            }
            if throttle.available():
                found[f"gateway_{load}_throttled"] = {
                    str(count): partial(them.run_throttled, load, count, each, many_each, GATEWAY_SHARE)
                    for count in GATEWAY_COUNTS
                }
        yield found
