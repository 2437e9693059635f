"""What programs use: processor time and memory, each with all its children."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil


@dataclass
class Used:
    """Processor seconds by program, as ``measured`` fills it in.

    `strangers`: the share of all cores, 0 to 1, that others had: neither the programs nor this process.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    strangers: float = 0.0

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
    return sum(map(_resident_mb, _family(pid)))


def resident_mb_by_process(programs: Mapping[str, int]) -> dict[str, float]:
    """The resident memory of each program's own process, in MB, shared pages included.

    What has children (gunicorn, whose children are the workers) is two: by its name its largest child, by
    "<name>'s master" itself.
    """
    found: dict[str, float] = {}
    for name, pid in programs.items():
        process, *children = _family(pid)
        workers = [child for child in children if child.name() == process.name()]
        if workers:
            found[name] = max(_resident_mb(worker) for worker in workers)
            name = f"{name}'s master"
        found[name] = _resident_mb(process)
    return found


@contextmanager
def measured(programs: Mapping[str, int]) -> Iterator[Used]:
    """What the programs (name → process id) use while the block runs."""
    before = {name: processor_seconds(pid) for name, pid in programs.items()}
    began, busy, own = time.perf_counter(), _busy_seconds(), time.process_time()
    used = Used()
    yield used
    busy, own, wall = _busy_seconds() - busy, time.process_time() - own, time.perf_counter() - began
    used.seconds = {name: processor_seconds(pid) - before[name] for name, pid in programs.items()}
    used.strangers = max(0.0, busy - own - used.total) / (wall * (psutil.cpu_count() or 1))


def _busy_seconds() -> float:
    """What all processors of the machine have worked so far, for whomever."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0))


def _resident_mb(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 1e6


def _family(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]
