"""Supervision of the local process set, tried with small programs that die in every way."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from deploy.local.checkout import ROOT
from deploy.local.supervision import Kept, Supervisor
from tests.support.waiting import eventually

ENVIRONMENT = {"PATH": os.environ["PATH"]}


class Stage:
    """A supervisor with what it told of deaths: (name, exit code, wait)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.deaths: list[tuple[str, int, float]] = []
        self.supervisor = Supervisor(
            folder / "supervisor.log", lambda kept, code, wait: self.deaths.append((kept.name, code, wait))
        )

    def program(self, name: str, command: str, **settings: object) -> Kept:
        return Kept(name, ["sh", "-c", command], ENVIRONMENT, self.folder, self.folder / f"{name}.log", **settings)

    async def until(self, condition: Callable[[], object]) -> None:
        await asyncio.to_thread(eventually, condition)


def play(tmp_path: Path, scene: Callable[[Stage], object]) -> None:
    """Run a coroutine function with an open supervisor and close it afterwards, whatever happens."""

    async def whole() -> None:
        stage = Stage(tmp_path)
        await stage.supervisor.open()
        try:
            await scene(stage)
        finally:
            await stage.supervisor.close()

    asyncio.run(whole())


def test_a_killed_program_is_started_again(tmp_path) -> None:
    async def scene(stage: Stage) -> None:
        await stage.supervisor.start(stage.program("part", "exec sleep 600"))
        first = stage.supervisor.pid("part")
        os.kill(first, signal.SIGKILL)
        await stage.until(lambda: stage.supervisor.pid("part") not in (None, first))
        assert stage.deaths == [("part", -signal.SIGKILL, 1.0)]

    play(tmp_path, scene)


def test_a_program_that_keeps_dying_is_started_with_growing_waits(tmp_path) -> None:
    async def scene(stage: Stage) -> None:
        await stage.supervisor.start(stage.program("part", "echo trying; exit 3"))
        await stage.until(lambda: len(stage.deaths) >= 3)
        assert stage.deaths[:3] == [("part", 3, 1.0), ("part", 3, 2.0), ("part", 3, 4.0)]
        assert (stage.folder / "part.log").read_text().startswith("trying\n" * 3)

    play(tmp_path, scene)


def test_a_job_that_ended_is_not_started_again(tmp_path) -> None:
    async def scene(stage: Stage) -> None:
        job = stage.program("job", "exit 4", once=True)
        await stage.supervisor.start(job)
        await stage.until(lambda: job.exit_code == 4)
        assert stage.deaths == []

    play(tmp_path, scene)


def test_stopping_lets_programs_finish_and_starts_nothing_again(tmp_path) -> None:
    async def scene(stage: Stage) -> None:
        drains = "trap 'echo drained; exit 0' TERM; echo up; while :; do sleep 0.05; done"
        await stage.supervisor.start(stage.program("one", drains), stage.program("two", drains))
        await stage.until(lambda: all(stage.supervisor.kept[name].tail() == "up" for name in ("one", "two")))
        await stage.supervisor.stop("one", "two")
        assert stage.supervisor.pid("one") is stage.supervisor.pid("two") is None
        assert stage.supervisor.kept["one"].tail() == stage.supervisor.kept["two"].tail() == "up\ndrained"
        assert stage.deaths == []

    play(tmp_path, scene)


def test_a_program_that_does_not_end_in_its_grace_is_killed(tmp_path) -> None:
    async def scene(stage: Stage) -> None:
        stubborn = stage.program("part", "trap '' TERM; echo up; while :; do sleep 0.05; done", grace_s=0.5)
        await stage.supervisor.start(stubborn)
        await stage.until(lambda: stubborn.tail() == "up")
        await stage.supervisor.stop("part")
        assert stage.supervisor.pid("part") is None
        assert stubborn.exit_code == -signal.SIGKILL

    play(tmp_path, scene)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux does it")
def test_nothing_is_left_when_the_supervisor_itself_is_killed(tmp_path) -> None:
    script = f"""
        import asyncio, os
        from pathlib import Path
        from deploy.local.supervision import Kept, Supervisor
        async def main():
            folder = Path({str(tmp_path)!r})
            supervisor = Supervisor(folder / "supervisor.log", lambda *_: None)
            await supervisor.open()
            await supervisor.start(Kept("part", ["sleep", "600"], dict(os.environ), folder, folder / "part.log"))
            print(supervisor.pid("part"), flush=True)
            await asyncio.sleep(600)
        asyncio.run(main())
    """
    supervisor = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with supervisor:
        part = psutil.Process(int(supervisor.stdout.readline()))
        supervisor.kill()
    eventually(lambda: not part.is_running() or part.status() == psutil.STATUS_ZOMBIE)
