"""What `make run` writes down for `make status`, `make logs` and `make down` in other terminals."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from deploy.local import trouble


@dataclass
class PartRecord:
    """One part as last seen. `created`: when its process began, which tells it from a later one of the same id."""

    name: str
    address: str
    health: str = ""
    pid: int | None = None
    created: float = 0.0
    ready_s: float | None = None
    restarts: int = 0

    def process(self) -> psutil.Process | None:
        """The running process, None when it has ended."""
        return same_process(self.pid, self.created)


@dataclass
class Record:
    """The running system of one checkout."""

    pid: int
    created: float
    parts: list[PartRecord] = field(default_factory=list)

    @classmethod
    def read(cls, folder: Path) -> "Record | None":
        try:
            kept = json.loads((folder / "run.json").read_text())
            return cls(kept["pid"], kept["created"], [PartRecord(**part) for part in kept["parts"]])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, folder: Path) -> None:
        temporary = folder / "run.json.new"
        temporary.write_text(json.dumps(asdict(self), indent=2) + "\n")
        temporary.replace(folder / "run.json")

    def supervisor(self) -> psutil.Process | None:
        return same_process(self.pid, self.created)


def same_process(pid: int | None, created: float) -> psutil.Process | None:
    """The process `pid` if it is the one that began at `created` and has not ended."""
    if pid is None:
        return None
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        if abs(process.create_time() - created) < 1 and process.status() != psutil.STATUS_ZOMBIE:
            return process
    return None


def begun(pid: int | None) -> float:
    """When a process began (seconds since 1970), 0 when there is none."""
    with suppress(psutil.Error):
        return psutil.Process(pid).create_time() if pid else 0.0
    return 0.0


def memory_mb(process: psutil.Process | None) -> float | None:
    """Resident memory of a process and its children, in MB; None when it has ended."""
    if process is None:
        return None
    total = 0
    with suppress(psutil.Error):
        for one in [process, *process.children(recursive=True)]:
            with suppress(psutil.Error):
                total += one.memory_info().rss
    return total / 1_000_000 or None


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the checkout's lock for as long as its system runs; a second `make run` is told of the first."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise trouble.already_running() from None
        os.set_inheritable(file.fileno(), False)
        yield
