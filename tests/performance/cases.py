"""Lists, counts and actions with few cases and with a hundred times as many: CPU for an operation and how long it took.

Two whole systems on the same servers, as in growth.py, measured in turn.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from typing import Any

from tests.performance import figures, numbers
from tests.performance.cases_archive import Cases
from tests.performance.figures import Run
from tests.performance.load import Client, Operation, run
from tests.performance.machine import machine, origin
from tests.performance.rounds import Rounds, Side
from tests.performance.stage import Stage, servers
from tests.support.many_cases import UNITS

TITLE = "Cases"
SMALL, LARGE = 10_000, 1_000_000
# How often the filling of the large one is told of.
TOLD = 10
OPERATIONS = 100
IN_FLIGHT = 4
STATES = "state=investigating&state=findings"
HANDLER = f"{UNITS[0]}-handler-1"

# Who asks, and for what. 50 cases to a page, or as many as there are among few cases, too: what is shown is paid for.
READS: Mapping[str, tuple[str, str]] = {
    "list: newest": ("desk", "/cases"),
    "list: oldest closed": ("desk", "/cases?state=closed&sort=oldest"),
    "list: two states": ("desk", f"/cases?{STATES}"),
    "list: category": ("desk", "/cases?category=rare&limit=5"),
    "list: greatest unit": ("desk", f"/cases?unit_id={UNITS[0]}"),
    "list: unit, state, category": ("leader", f"/cases?unit_id={UNITS[3]}&state=closed&category=fees&limit=10"),
    "list: source": ("supervisor", "/cases?source=clue"),
    "list: handler": ("desk", f"/cases?handler_id={HANDLER}&state=closed&limit=10"),
    "list: due": ("desk", "/cases?sort=due"),
    "list: due, for a leader": ("leader", "/cases?sort=due&state=feedback"),
    "list: overdue": ("leader", "/cases?overdue=true&limit=20"),
    "list: overdue of a unit": ("desk", f"/cases?overdue=true&unit_id={UNITS[0]}&limit=10"),
    "list: number": ("desk", "/cases?number=2024-&category=fees"),
    "count: by state": ("desk", "/cases/counts?by=state"),
    "count: by unit": ("leader", "/cases/counts?by=unit&state=investigating"),
    "count: by handler": ("desk", "/cases/counts?by=handler"),
    "count: by overdue": ("leader", "/cases/counts?by=overdue"),
    "count: overdue by unit": ("desk", "/cases/counts?by=unit&overdue=true"),
}
# What these cost grows with what they tell: with the units and people that have cases, and with the overdue cases.
TELLING_MORE = frozenset({"count: by handler", "count: by overdue", "count: overdue by unit"})
ACTIONS: Mapping[str, str] = {"action: accept": "desk", "action: assign": "desk", "action: record_step": "handler"}
ROLES = ("desk", "leader", "supervisor", "handler")


class Office:
    """Those who read and handle the cases of one system."""

    def __init__(self, stage: Stage, cases: Cases, stack: ExitStack) -> None:
        self.stage, self._cases = stage, cases
        people = {role: stack.enter_context(closing(stage.system.client(role))) for role in ROLES}
        self._tokens = {
            role: client.headers["Authorization"].removeprefix("Bearer ") for role, client in people.items()
        }
        self._handler_id = people["handler"].get("/me").json()["id"]
        self._waiting: dict[str, list[str]] = {}

    def reading(self, name: str, count: int) -> Run:
        """So many reads of the same."""
        role, path = READS[name]
        return self._measured(role, lambda client, _: client.send("GET", path), count)

    def acting(self, name: str, count: int) -> Run:
        """So many actions, each on another case that waits for it."""
        action = name.removeprefix("action: ")
        ids, body = self._ready(action, count), self._body(action)
        return self._measured(ACTIONS[name], lambda client, n: _act(client, ids[n], action, **body), count)

    def _measured(self, role: str, operation: Operation, count: int) -> Run:
        return self.stage.measure(lambda: self._load(role, operation, count), count)

    def _load(self, role: str, operation: Operation, count: int) -> list[float]:
        return run(lambda _: Client(self.stage.system.address, self._tokens[role]), operation, count, IN_FLIGHT)

    def _ready(self, action: str, count: int) -> list[str]:
        ids = self._cases.registered(count)
        before = {"accept": (), "assign": ("accept",), "record_step": ("accept", "assign", "start")}[action]
        for step in before:
            role, body = "handler" if step == "start" else "desk", self._body(step)
            self._load(role, lambda client, n, step=step, body=body: _act(client, ids[n], step, **body), count)
        return ids

    def _body(self, action: str) -> dict[str, Any]:
        bodies = {"assign": {"handler_id": self._handler_id}, "record_step": {"what": "谈话，核对材料"}}
        return bodies.get(action, {})


def measure(small: int, large: int, rounds: Rounds, tell: Callable[[str], None]) -> dict[str, Any]:
    """The sections `machine` and `cases`. `tell` is called `steps` times."""
    counts = {"small": small, "large": large}
    with servers() as own, ExitStack() as stack:
        stages = {name: stack.enter_context(own.stage(name)) for name in counts}
        kept = {name: Cases(stage) for name, stage in stages.items()}
        for name, count in counts.items():
            _fill(kept[name], count, tell)
        offices = {name: Office(stage, kept[name], stack) for name, stage in stages.items()}
        runs = {name: _rounds(name, offices, rounds, tell) for name in (*READS, *ACTIONS)}
        sizes = {name: round(cases.megabytes()) for name, cases in kept.items()}
        figured = section(runs) | {"repetitions": rounds.repetitions, "in_flight": IN_FLIGHT}
        return {
            "machine": machine(stages["small"]),
            "cases": {"cases": counts, "megabytes": sizes} | figured | origin(),
        }


def steps(rounds: Rounds) -> int:
    """How often `measure` tells."""
    return 2 * TOLD + 2 * (len(READS) + len(ACTIONS)) * rounds.repetitions


def section(runs: Mapping[str, Mapping[str, list[Run]]]) -> dict[str, Any]:
    """The figures of each operation with few cases and with many, and the greatest ratios."""
    operations = {}
    for name, sides in runs.items():
        small, large = sides["small"], sides["large"]
        operations[name] = {
            "cpu_ratio": figures.ratio(large, small, figures.cpu),
            "cpu_ratio_spread": figures.spread(large, small, figures.cpu),
            "sides": {side: figures.side(measured) for side, measured in sides.items()},
        }
    kinds = {
        "lists": [name for name in READS if name.startswith("list")],
        "counts": [name for name in READS if name.startswith("count") and name not in TELLING_MORE],
        "actions": list(ACTIONS),
    }
    ratios = {
        f"{kind}_cpu_ratio": max(operations[name]["cpu_ratio"] for name in names if name in operations)
        for kind, names in kinds.items()
    }
    slowest = max(operations[name]["sides"]["large"]["p50_ms"] for name in operations if name.startswith("count"))
    found = {"operations": operations, **ratios, "counts_p50_ms": slowest}
    return found | {"numbers": numbers.verdicts("cases", found)}


def _fill(cases: Cases, count: int, tell: Callable[[str], None]) -> None:
    told = 0
    for stored in cases.fill(count):
        while stored * TOLD >= (told + 1) * count:
            told += 1
            tell(f"{stored:,} cases are there")


def _rounds(
    name: str, offices: Mapping[str, Office], rounds: Rounds, tell: Callable[[str], None]
) -> dict[str, list[Run]]:
    def side(office: Office) -> Side:
        does = office.reading if name in READS else office.acting
        return lambda: does(name, rounds.operations or OPERATIONS)

    for office in offices.values():
        (office.reading if name in READS else office.acting)(name, IN_FLIGHT)
    telling = rounds.telling(lambda words: tell(f"{name}: {words}"))
    return telling({which: side(office) for which, office in offices.items()})


def _act(client: Client, case_id: str, action: str, **body: Any) -> None:
    client.send("POST", f"/cases/{case_id}/actions", {"action": action, **body})
