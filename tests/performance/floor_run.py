"""Runs the floor beside the system, on the same servers, and counts what it and they use."""

import json
import os
import subprocess
import sys

from deploy.local.checkout import ROOT
from tests.performance.figures import Run
from tests.performance.processes import measured
from tests.performance.stage import Stage


def run_floor(stage: Stage, job: str, operations: int, in_flight: int) -> Run:
    """One repetition of a job of tests/performance/floor.py; the system is up and has nothing to do."""
    numbers = ("--operations", str(operations), "--in-flight", str(in_flight))
    system = stage.system
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.performance.floor", job, *numbers],
        cwd=ROOT,
        env={
            **os.environ,
            "AMQP_URI": system.amqp_uri,
            "MONGO_URI": system.mongo_uri,
            "DATABASE_PREFIX": system.database_prefix,
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    with process:
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n", f"the floor's {job} did not begin"
            with measured(stage.servers) as used:
                process.stdin.write("\n")
                process.stdin.flush()
                told = json.loads(process.stdout.readline())
            process.wait(30)
        finally:
            process.kill()
    return Run(operations, {"floor": told["cpu"], **used.seconds}, told["wall"], told["delays"])
