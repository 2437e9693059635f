"""The operators' commands on the database of a test file, as processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from deploy.local.checkout import ROOT
from services.reports import keys


class Operator:
    """Runs ``mingjing …`` with the key files of ``folder``."""

    def __init__(self, folder, mongo_uri, database_prefix):
        keys.generate(folder)
        self.folder = folder
        self.desk, self.lookup = folder / keys.DESK_FILE, folder / keys.LOOKUP_FILE
        self.custodian = folder / keys.CUSTODIAN_PRIVATE_FILE
        self.environment = {
            **os.environ,
            # Never asked: these commands work on the database alone.
            "AMQP_URI": "amqp://nobody@127.0.0.1:9/",
            "MONGO_URI": mongo_uri,
            "DATABASE_PREFIX": database_prefix,
            **{name: str(folder / file) for name, file in keys.SETTINGS.items()},
        }

    def begin(self, *arguments):
        """The command as it runs."""
        return subprocess.Popen(
            [sys.executable, "-m", "cli", *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def killed(self, *arguments, method, call, about=""):
        """The command runs and is killed in the middle: during this call (from 1) of ``module:Class.method``, of those
        whose arguments hold the text ``about``.
        """
        process = subprocess.run(
            [sys.executable, "-m", "tests.integration.reports.dying_command", *arguments],
            env={**self.environment, "DIES_IN": method, "DIES_AT": str(call), "DIES_ABOUT": about},
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
        assert process.returncode == -signal.SIGKILL, process.stderr

    def run(self, *arguments, status=0):
        """What the command printed, once it has ended with ``status``."""
        process = self.begin(*arguments)
        output, _ = process.communicate(timeout=240)
        assert process.returncode == status, output
        return output
