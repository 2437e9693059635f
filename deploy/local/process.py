"""One child process with its process group and its log file."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy.local.tying import tied
from deploy.local.waiting import DeadlineMissed, eventually

# The kernel ends an orphan when the *thread* that started it ends, so one thread that lives as long as this process
# starts all children.
_starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="starter")


class Process:
    """A program that this process started: it lives in a group of its own and dies with its parent, whatever happens.

    `log` collects what it prints, over several starts.
    """

    def __init__(self, name: str, command: Sequence[str], *, env: Mapping[str, str], cwd: Path, log: Path) -> None:
        self.name, self.command, self.env, self.cwd, self.log_file = name, list(command), dict(env), cwd, log
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> "Process":
        """Start the program; a running one is left alone."""
        if self.alive:
            return self
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        with self.log_file.open("ab") as log:
            self.child = _starter.submit(
                subprocess.Popen,
                tied(self.command, signal.SIGKILL),
                env=self.env,
                cwd=self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            ).result()
        return self

    @property
    def pid(self) -> int:
        assert self.child is not None, f"{self.name} was never started"
        return self.child.pid

    @property
    def alive(self) -> bool:
        return self.child is not None and self.child.poll() is None

    @property
    def exit_code(self) -> int | None:
        """None while it runs; minus the signal's number when a signal ended it."""
        return self.child.poll() if self.child else None

    def signal_group(self, number: signal.Signals) -> None:
        """Send a signal to the process and all its children."""
        if self.child is not None:
            try:
                os.killpg(self.child.pid, number)
            except ProcessLookupError:
                return

    def stop(self, number: signal.Signals = signal.SIGTERM, grace_s: float = 30.0) -> int | None:
        """Ask the program alone to end, wait for it `grace_s` seconds, then kill what is left of its group."""
        if self.alive:
            os.kill(self.pid, number)
            self.wait(grace_s)
        return self.kill()

    def kill(self) -> int | None:
        """End the whole group at once (SIGKILL)."""
        self.signal_group(signal.SIGKILL)
        return self.child.wait() if self.child else None

    def pause(self) -> None:
        """Freeze the whole group (SIGSTOP): it keeps its connections and answers nothing."""
        self.signal_group(signal.SIGSTOP)

    def resume(self) -> None:
        self.signal_group(signal.SIGCONT)

    def wait(self, deadline_s: float) -> int | None:
        """The exit code, or None if it still runs at the deadline."""
        try:
            eventually(lambda: not self.alive, deadline_s)
        except DeadlineMissed:
            return None
        return self.exit_code

    def log(self, lines: int | None = None) -> str:
        """What it has printed so far, or the last `lines` of it."""
        if not self.log_file.exists():
            return ""
        text = self.log_file.read_text(errors="replace").splitlines()
        return "\n".join(text if lines is None else text[-lines:])
