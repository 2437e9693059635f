"""A member saves an answer of a running exam, beside the same update made without RPC, and beside the bare update.

`direct` (tests/performance/direct.py) is what the ratio is of: the same gunicorn, framework and checks, and the one
update in place of the call to quiz. `direct_grouped` does the same with quiz's own shared commits, so that what is left
between it and `system` is the call alone. `floor` is the update in a process without HTTP.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

from tests.performance import figures
from tests.performance.examroom import examroom
from tests.performance.figures import Run
from tests.performance.floor_run import run_floor
from tests.performance.rounds import Rounds
from tests.performance.stage import Stage
from tests.support.serving import ServingProcess

RUNS = 6
OPERATIONS = 1500
ALONE = 200
WARM_UP = 200
DIRECT = {
    "direct": "tests.performance.direct:create_app()",
    "direct_grouped": "tests.performance.direct:create_grouped_app()",
}


def measure(stage: Stage, rounds: Rounds) -> dict[str, Any]:
    """The section `answer_saved`."""
    operations, many = rounds.operations or OPERATIONS, rounds.in_flight
    few = min(ALONE, operations)
    with _beside(stage) as direct, examroom(stage, many) as room:
        saves = room.sitting()

        def system(operations: int, in_flight: int) -> Run:
            return stage.measure(lambda: saves.run(stage.system.address, operations, in_flight), operations)

        def beside(name: str, operations: int, in_flight: int) -> Run:
            programs = {"gateway": direct[name].pid, "mongod": stage.servers["mongod"]}
            return stage.measure(lambda: saves.run(direct[name].url, operations, in_flight), operations, programs)

        sides = {"system": system, **{name: partial(beside, name) for name in direct}}
        for side in sides.values():
            side(min(WARM_UP, operations), many)
        floor = partial(run_floor, stage, "update", operations, many)
        together = rounds({**{name: partial(side, operations, many) for name, side in sides.items()}, "floor": floor})
        alone = rounds({name: partial(sides[name], few, 1) for name in ("system", "direct")})
    return _section(together, alone) | {"operations": operations}


def _section(together: Mapping[str, Sequence[Run]], alone: Mapping[str, Sequence[Run]]) -> dict[str, Any]:
    ours, theirs, grouped, floor = (together[name] for name in ("system", "direct", "direct_grouped", "floor"))
    return {
        "cpu_ms": figures.cpu_ms(ours),
        "direct_cpu_ms": figures.cpu_ms(theirs),
        "direct_grouped_cpu_ms": figures.cpu_ms(grouped),
        "floor_cpu_ms": figures.cpu_ms(floor),
        "cpu_ratio": figures.ratio(ours, theirs, figures.cpu),
        "cpu_ratio_spread": figures.spread(ours, theirs, figures.cpu),
        "direct_grouped_cpu_ratio": figures.ratio(ours, grouped, figures.cpu),
        "floor_cpu_ratio": figures.ratio(ours, floor, figures.cpu),
        "delay_ms": figures.delay_ms(alone["system"]),
        "direct_delay_ms": figures.delay_ms(alone["direct"]),
        "delay_ratio": figures.ratio(alone["system"], alone["direct"], figures.delay),
        "delay_ratio_spread": figures.spread(alone["system"], alone["direct"], figures.delay),
        "sides": {name: figures.side(runs) for name, runs in together.items()},
    }


@contextmanager
def _beside(stage: Stage) -> Iterator[dict[str, ServingProcess]]:
    """The gateways that save by themselves, by name."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(stage.beside(name, application)) for name, application in DIRECT.items()}
