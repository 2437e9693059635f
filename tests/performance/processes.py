"""What programs use: processor time and memory, each with all its children."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil


@dataclass
class Used:
    """Processor seconds by program, as ``measured`` fills it in."""

    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def total(self) -> float:
        return sum(self.seconds.values())


def processor_seconds(pid: int) -> float:
    """What a program and its children have used so far, in user and kernel mode."""
    return sum(
        times.user + times.system + times.children_user + times.children_system
        for times in (process.cpu_times() for process in _family(pid))
    )


def resident_mb(pid: int) -> float:
    """The resident memory of a program and its children, in MB (10^6); shared pages count once for each."""
    return sum(process.memory_info().rss for process in _family(pid)) / 1e6


@contextmanager
def measured(programs: Mapping[str, int]) -> Iterator[Used]:
    """What the programs (name → process id) use while the block runs."""
    before = {name: processor_seconds(pid) for name, pid in programs.items()}
    used = Used()
    yield used
    used.seconds = {name: processor_seconds(pid) - before[name] for name, pid in programs.items()}


def _family(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]
