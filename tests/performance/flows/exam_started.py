"""A member starts an exam of fifty questions that was prepared ahead, beside the floor's job `insert`.

Each operation is a new attempt: the members begin, one after the other, exams that nobody has begun before. Making
those exams is not counted.
"""

from functools import partial
from typing import Any

from tests.performance import figures
from tests.performance.examroom import examroom
from tests.performance.figures import Run
from tests.performance.floor_run import run_floor
from tests.performance.rounds import Rounds
from tests.performance.stage import Stage

RUNS = 4
OPERATIONS = 600
ALONE = 100
WARM_UP = 50


def measure(stage: Stage, rounds: Rounds) -> dict[str, Any]:
    """The section `exam_started`."""
    operations, many = rounds.operations or OPERATIONS, rounds.in_flight
    few = min(ALONE, operations)
    with examroom(stage, many) as room:

        def system(operations: int, in_flight: int) -> Run:
            starts = room.starts(operations)
            return stage.measure(lambda: starts.begin(operations, in_flight), operations)

        system(min(WARM_UP, operations), many)
        floor = partial(run_floor, stage, "insert")
        together = rounds({"system": partial(system, operations, many), "floor": partial(floor, operations, many)})
        alone = rounds({"system": partial(system, few, 1), "floor": partial(floor, few, 1)})
    return figures.beside_the_floor(together, alone) | {"operations": operations}
