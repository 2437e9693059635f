"""Keeping processes running, with circus.

circus starts a dead process again at once and for ever, or not at all. Here it is told not to, and a hook asks for
the next start after a growing wait.
"""

import asyncio
import logging
import signal
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from inspect import isawaitable
from pathlib import Path
from typing import Any

from circus.arbiter import Arbiter
from circus.exc import ConflictError
from circus.watcher import Watcher
from tornado.ioloop import IOLoop
from zmq.sugar.context import Context

from deploy.local.backoff import Backoff
from deploy.local.tying import tied
from deploy.local.waiting import last_lines

CHECK_EVERY_S = 0.5

Listener = Callable[["Kept", int, float], None]


@dataclass
class Kept:
    """One program under supervision. `once`: a job, which is not started again when it ends."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)
    cwd: Path
    log: Path
    grace_s: float = 30.0
    once: bool = False
    backoff: Backoff = field(default_factory=Backoff)
    started_at: float = 0.0
    exit_code: int | None = None
    restarts: int = 0

    def tail(self, lines: int = 15) -> str:
        return last_lines(self.log, lines)


class Supervisor:
    """Starts groups of programs and starts again what dies, until `close`.

    `on_death(kept, exit_code, wait_s)` is called in the event loop for each program that died unasked.
    """

    def __init__(self, log: Path, on_death: Listener) -> None:
        _write_down(log)
        self.on_death = on_death
        self.kept: dict[str, Kept] = {}
        self._closing = False
        self._waiting: dict[str, asyncio.TimerHandle] = {}
        # Nobody outside needs to command circus: its sockets stay inside the process.
        self._arbiter = Arbiter(
            [],
            f"inproc://control-{id(self)}",
            f"inproc://events-{id(self)}",
            check_delay=CHECK_EVERY_S,
            context=Context(),
            loop=IOLoop.current(),
            proc_name="mingjing-local",
        )

    async def open(self) -> None:
        await self._arbiter.start()

    async def start(self, *group: Kept) -> None:
        """Start programs together; returns when they have been started, not when they are ready."""
        for kept in group:
            await self._command(partial(self._add, kept))
        names = {kept.name for kept in group}
        await self._command(lambda: self._arbiter.start_watchers(watcher_iter_func=self._chosen(names)))

    async def stop(self, *names: str) -> None:
        """Ask programs together to end and wait for it; after their grace they are killed."""
        for name in names:
            if handle := self._waiting.pop(name, None):
                handle.cancel()
        stopping = {name for name in names if name in self.kept}
        for name in stopping:
            self.kept[name].once = True
        await self._command(lambda: self._arbiter.stop_watchers(watcher_iter_func=self._chosen(stopping)))

    async def close(self) -> None:
        """Stop what still runs and leave circus."""
        self._closing = True
        for handle in self._waiting.values():
            handle.cancel()
        await self._command(self._arbiter.stop)

    def pid(self, name: str) -> int | None:
        """The process id of a program, None while it does not run."""
        watcher = self._watcher(name)
        pids: list[int] = watcher.get_active_pids() if watcher else []
        return pids[0] if pids else None

    def _add(self, kept: Kept) -> None:
        put_aside(kept.log)
        self.kept[kept.name] = kept
        self._arbiter.add_watcher(
            kept.name,
            "/bin/sh",
            args=written_to(kept.log, kept.command),
            env=dict(kept.environment),
            working_dir=str(kept.cwd),
            graceful_timeout=kept.grace_s,
            respawn=False,
            singleton=True,
            close_child_stdin=True,
            hooks={"after_spawn": (self._spawned, True), "after_reap": (self._reaped, True)},
        )

    def _spawned(self, watcher: Watcher, **_: object) -> bool:
        kept = self.kept[watcher.name]
        kept.started_at, kept.exit_code = time.monotonic(), None
        return True

    def _reaped(self, watcher: Watcher, exit_code: int, **_: object) -> None:
        kept = self.kept[watcher.name]
        kept.exit_code = exit_code
        if kept.once or self._closing:
            return
        wait = kept.backoff.wait_after(time.monotonic() - kept.started_at)
        self._waiting[kept.name] = asyncio.get_running_loop().call_later(wait, self._again, kept)
        self.on_death(kept, exit_code, wait)

    def _again(self, kept: Kept) -> None:
        self._waiting.pop(kept.name, None)
        kept.restarts += 1
        task = asyncio.ensure_future(self._restart(kept))
        task.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def _restart(self, kept: Kept) -> None:
        if not kept.once and not self._closing:
            await self._command(lambda: self._arbiter.start_watchers(watcher_iter_func=self._chosen({kept.name})))

    async def _command(self, command: Callable[[], Any]) -> None:
        """Give a command to circus, which refuses while it is busy with another."""
        while True:
            try:
                answer = command()
                if isawaitable(answer):
                    await answer
                return
            except ConflictError:
                await asyncio.sleep(0.05)

    def _watcher(self, name: str) -> Any:
        return next((watcher for watcher in self._arbiter.iter_watchers() if watcher.name == name), None)

    def _chosen(self, names: set[str]) -> Callable[..., Iterable[Watcher]]:
        return lambda reverse=True: [watcher for watcher in self._arbiter.iter_watchers() if watcher.name in names]


def written_to(log: Path, command: Sequence[str]) -> list[str]:
    """Arguments of `sh` that run `command` in the shell's place, its output appended to `log`.

    Should this process be killed, the kernel asks the program to end too.
    """
    return ["-c", 'exec "$@" >>"$0" 2>&1 </dev/null', str(log), *tied(command, signal.SIGTERM)]


def put_aside(log: Path) -> None:
    """Let each run begin with an empty log; that of the run before is kept beside it."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists():
        log.replace(log.with_suffix(log.suffix + ".1"))


def _write_down(log: Path) -> None:
    """Send what circus and its event loop have to say to a file instead of the terminal."""
    put_aside(log)
    handler = logging.FileHandler(log)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    # circus looks after its processes twice a second and is told so when it is busy starting or stopping some.
    handler.addFilter(lambda line: not (line.exc_info and isinstance(line.exc_info[1], ConflictError)))
    for name in ("circus", "tornado"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
