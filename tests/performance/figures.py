"""From repetitions to figures: pure functions. Times in are seconds, times out are milliseconds unless named."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median
from typing import Any

# The percentiles that are told.
SHARES = (50, 95, 99)


@dataclass(frozen=True)
class Run:
    """One repetition: processor seconds by program, wall seconds of all operations, seconds that each took (if known).

    `strangers`: the share of all cores, 0 to 1, that programs had meanwhile that are none of ours.
    """

    operations: int
    seconds: dict[str, float]
    wall: float
    delays: list[float]
    strangers: float = 0.0

    @property
    def cpu_ms(self) -> float:
        """Processor time for one operation, all programs together."""
        return sum(self.seconds.values()) / self.operations * 1e3

    @property
    def rate(self) -> float:
        """Operations a second."""
        return self.operations / self.wall


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` (0 to 1) of the values do not pass."""
    return sorted(values)[max(0, ceil(len(values) * share) - 1)]


def typical(runs: Sequence[Run]) -> Run:
    """The run with the median (of an even number: the lower median) of processor time, so that its parts add up."""
    return sorted(runs, key=lambda run: run.cpu_ms)[(len(runs) - 1) // 2]


def side(runs: Sequence[Run]) -> dict[str, Any]:
    """What one side used: by program and in all for an operation, its rate a second, percentiles of all delays."""
    delays = [delay for run in runs for delay in run.delays]
    middle = typical(runs)
    programs = {name: _ms(seconds / middle.operations) for name, seconds in middle.seconds.items()}
    return {
        "cpu_ms": cpu_ms(runs),
        "programs": programs,
        "rate": round(median(run.rate for run in runs), 1),
        "strangers": round(median(run.strangers for run in runs), 3),
        **{f"p{share}_ms": _ms(percentile(delays, share / 100)) for share in SHARES if delays},
    }


def ratio(ours: Sequence[Run], theirs: Sequence[Run], figure: Callable[[Run], float]) -> float:
    """The median of a figure over the repetitions of one side ÷ that of the other."""
    return round(median(map(figure, ours)) / median(map(figure, theirs)), 3)


def spread(ours: Sequence[Run], theirs: Sequence[Run], figure: Callable[[Run], float]) -> list[float]:
    """The least and the greatest ratio of two repetitions that followed each other."""
    ratios = [figure(our) / figure(their) for our, their in zip(ours, theirs, strict=True)]
    return [round(min(ratios), 3), round(max(ratios), 3)]


def cpu(run: Run) -> float:
    """For `ratio` and `spread`: processor time for an operation."""
    return run.cpu_ms


def rate(run: Run) -> float:
    """For `ratio` and `spread`: operations a second."""
    return run.rate


def delay(run: Run) -> float:
    """For `ratio` and `spread`: the median delay."""
    return median(run.delays)


def cpu_ms(runs: Sequence[Run]) -> float:
    """The median over the repetitions of their processor time for an operation."""
    return round(median(map(cpu, runs)), 3)


def delay_ms(runs: Sequence[Run]) -> float:
    """The median over the repetitions of their median delays."""
    return _ms(median(map(delay, runs)))


def _ms(seconds: float) -> float:
    return round(seconds * 1e3, 3)


def beside_the_floor(together: Mapping[str, Sequence[Run]], alone: Mapping[str, Sequence[Run]]) -> dict[str, Any]:
    """The figures of a flow from its sides `system` and `floor`, with many in flight and with one."""
    system, floor = together["system"], together["floor"]
    return {
        "cpu_ms": cpu_ms(system),
        "floor_cpu_ms": cpu_ms(floor),
        "cpu_ratio": ratio(system, floor, cpu),
        "cpu_ratio_spread": spread(system, floor, cpu),
        "delay_ms": delay_ms(alone["system"]),
        "floor_delay_ms": delay_ms(alone["floor"]),
        "delay_ratio": ratio(alone["system"], alone["floor"], delay),
        "delay_ratio_spread": spread(alone["system"], alone["floor"], delay),
        "sides": {name: side(runs) for name, runs in together.items()},
    }
