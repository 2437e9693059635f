"""Repetitions of several sides, interleaved, so that what the machine does meanwhile meets all of them alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from tests.performance.figures import Run

IN_FLIGHT = 16

Side = Callable[[], Run]


@dataclass(frozen=True)
class Rounds:
    """How often each side is measured, and how many operations a repetition has if not the flow's own number.

    `done` is called with a few words after each run.
    """

    repetitions: int = 5
    operations: int | None = None
    in_flight: int = IN_FLIGHT
    done: Callable[[str], None] = lambda _: None

    def telling(self, done: Callable[[str], None]) -> "Rounds":
        """The same, with another `done`."""
        return replace(self, done=done)

    def __call__(self, sides: Mapping[str, Side]) -> dict[str, list[Run]]:
        """The runs of each side; every other round goes the other way round."""
        runs: dict[str, list[Run]] = {name: [] for name in sides}
        for repetition in range(self.repetitions):
            for name in sorted(sides, key=list(sides).index, reverse=repetition % 2 == 1):
                run = sides[name]()
                runs[name].append(run)
                self.done(f"{name} {run.cpu_ms:.2f} ms")
        return runs
