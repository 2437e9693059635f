"""A process that says over HTTP whether it is ready."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from deploy.local.checkout import ROOT
from deploy.local.health import answers_200
from deploy.local.process import Process
from deploy.local.waiting import DeadlineMissed, eventually

READY_DEADLINE_S = 180.0


class ServingProcess(Process):
    """As every `Process`, with `.url` and `.ready`: whether its /readyz answers 200 now."""

    def __init__(self, name: str, command: Sequence[str], *, env: Mapping[str, str], log: Path, url: str) -> None:
        super().__init__(name, command, env=env, cwd=ROOT, log=log)
        self.url = url

    @property
    def ready(self) -> bool:
        return answers_200(f"{self.url}/readyz")

    def wait_ready(self, deadline_s: float = READY_DEADLINE_S) -> Self:
        """Wait until it is ready; an AssertionError with the end of the log otherwise."""
        try:
            eventually(lambda: self.ready or not self.alive, deadline_s)
        except DeadlineMissed:
            raise AssertionError(f"{self.name} was not ready within {deadline_s} s:\n{self.log(40)}") from None
        assert self.alive, f"{self.name} ended with {self.exit_code}:\n{self.log(40)}"
        return self
