"""A member hands in; the attempt is graded and credited. Beside the floor's job `hand_in`.

What is counted is all that follows from a submission: the receipt, the grading of fifty questions, the standing, the
events and the entry in the study record, until the last entry is there. The delay is that of the receipt, since nobody
waits for the rest; the floor's delay is that of its whole chain.
"""

from functools import partial
from typing import Any

from tests.performance import figures
from tests.performance.examroom import Starts, examroom
from tests.performance.figures import Run
from tests.performance.floor_run import run_floor
from tests.performance.rounds import Rounds
from tests.performance.stage import Stage
from tests.support.waiting import eventually

RUNS = 4
OPERATIONS = 600
ALONE = 100
WARM_UP = 50
CREDITED_S = 120.0


def measure(stage: Stage, rounds: Rounds) -> dict[str, Any]:
    """The section `exam_handed_in`."""
    operations, many = rounds.operations or OPERATIONS, rounds.in_flight
    few = min(ALONE, operations)
    with examroom(stage, many) as room:

        def system(operations: int, in_flight: int) -> Run:
            starts = room.starts(operations)
            starts.begin(operations, many)
            starts.answer(many)

            def hand_in() -> list[float]:
                delays = starts.hand_in(operations, in_flight)
                eventually(lambda: _credited(stage, starts) >= operations, CREDITED_S)
                return delays

            return stage.measure(hand_in, operations)

        system(min(WARM_UP, operations), many)
        floor = partial(run_floor, stage, "hand_in")
        together = rounds({"system": partial(system, operations, many), "floor": partial(floor, operations, many)})
        alone = rounds({"system": partial(system, few, 1), "floor": partial(floor, few, 1)})
    return figures.beside_the_floor(together, alone) | {"operations": operations}


def _credited(stage: Stage, starts: Starts) -> int:
    exams = list(starts.exams)
    counting = [
        {"$project": {"entries.ref": 1}},
        {"$unwind": "$entries"},
        {"$match": {"entries.ref": {"$in": exams}}},
        {"$count": "credited"},
    ]
    found = list(stage.database("tasks")["study_records"].aggregate(counting))
    return int(found[0]["credited"]) if found else 0
