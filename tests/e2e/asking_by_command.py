"""``mingjing identity-requests`` as a person runs it on their own machine, on the whole system."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from click.testing import CliRunner

from cli.__main__ import mingjing
from deploy.local.checkout import ROOT
from deploy.local.parts import job_command
from tests.support.system import System

# Nothing of the system's own settings: the machine of a custodian or a handler has none.
_SURROUNDINGS = ("PATH", "HOME", "LANG", "VIRTUAL_ENV")


class Person:
    """Somebody with an account, and a folder for key files of their own. ``printed`` gets all that commands say."""

    def __init__(
        self, system: System, username: str, folder: Path, printed: Callable[[bytes], None] = lambda _: None
    ) -> None:
        self.folder = folder
        self._environment = _plain(system.environment) | {
            "GATEWAY_URL": system.address,
            "MINGJING_USERNAME": username,
            "MINGJING_PASSWORD": system.password,
        }
        self._printed = printed

    def runs(self, *arguments: str, reason: str = "", status: int = 0) -> str:
        """What the command says once it has ended with ``status``. Within this process: starting one takes a second."""
        done = CliRunner().invoke(mingjing, ["identity-requests", *arguments], input=reason, env=self._environment)
        assert done.exit_code == status, done.output
        self._printed(done.output_bytes)
        return done.output

    def runs_alone(self, *arguments: str, reason: str = "") -> str:
        """The same in a process that has nothing but this environment."""
        done = subprocess.run(
            job_command("identity-requests", *arguments), env=self._environment, cwd=ROOT, input=reason.encode(),
            capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()
        self._printed(done.stdout + done.stderr)
        return done.stdout.decode()

    def asks(self, case_id: str, key_file: str, reason: str, **options: str) -> tuple[str, str]:
        """The id of a new request, and the fingerprint that is told by telephone."""
        asked = {"purpose": "talk", "hours": "24", "key-file": str(self.folder / key_file)} | options
        said = self.runs(
            "ask", case_id, *(part for name, value in asked.items() for part in (f"--{name}", value)), reason=reason
        )
        [fingerprint] = re.findall(r"fingerprint ([0-9a-f ]{39})", said)
        [request_id] = re.findall(r"^[0-9a-f]{32}$", said, re.MULTILINE)
        return request_id, fingerprint


def _plain(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: environment[name] for name in _SURROUNDINGS if name in environment}
