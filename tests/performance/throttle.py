"""A share of a core for a program, by the kernel's own quota: a control group with `cpu.cfs_quota_us` (version 1 of
control groups) or `cpu.max` (version 2). The program runs at full speed until its share of a period is used, then waits
for the next.
"""

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

PERIOD_US = 20_000


class Unavailable(Exception):
    """This machine lets us make no control groups."""


@contextmanager
def throttled(pid: int, cores: float) -> Iterator[None]:
    """The program and its children together get so many cores (usually less than one) while the block runs."""
    group = _new_group(cores)
    try:
        _move(_family(pid), group)
        yield
    finally:
        _move(_members(group), group.parent)
        group.rmdir()


def available() -> bool:
    """Whether programs can be throttled here."""
    try:
        _new_group(1).rmdir()
    except (OSError, Unavailable):
        return False
    return True


def quota_files(version: int, cores: float) -> dict[str, str]:
    """What to write into which files of a control group."""
    quota = round(PERIOD_US * cores)
    if version == 2:
        return {"cpu.max": f"{quota} {PERIOD_US}"}
    return {"cpu.cfs_period_us": str(PERIOD_US), "cpu.cfs_quota_us": str(quota)}


def own_group(mounts: str, membership: str) -> tuple[int, Path]:
    """The version of control groups that rules the processor, and our group's folder, from /proc/mounts and
    /proc/self/cgroup.
    """
    paths = {
        name: path
        for _, names, path in (line.split(":", 2) for line in membership.splitlines())
        for name in names.split(",")
    }
    for _, folder, kind, options, *_ in (line.split() for line in mounts.splitlines()):
        if kind == "cgroup" and "cpu" in options.split(",") and "cpu" in paths:
            return 1, Path(folder) / paths["cpu"].lstrip("/")
    for _, folder, kind, *_ in (line.split() for line in mounts.splitlines()):
        if kind == "cgroup2" and "" in paths:
            return 2, Path(folder) / paths[""].lstrip("/")
    raise Unavailable("no control groups are mounted")


def _new_group(cores: float) -> Path:
    version, own = own_group(Path("/proc/mounts").read_text(), Path("/proc/self/cgroup").read_text())
    if version == 2:
        (own / "cgroup.subtree_control").write_text("+cpu")
    group = own / f"mingjing-bench-{os.getpid()}-{secrets.token_hex(4)}"
    group.mkdir()
    for name, content in quota_files(version, cores).items():
        (group / name).write_text(content)
    return group


def _move(pids: Iterable[int], group: Path) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            (group / "cgroup.procs").write_text(str(pid))


def _members(group: Path) -> list[int]:
    return [int(line) for line in (group / "cgroup.procs").read_text().split()]


def _family(pid: int) -> list[int]:
    process = psutil.Process(pid)
    return [process.pid, *(child.pid for child in process.children(recursive=True))]
