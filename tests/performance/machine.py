"""On what was measured: a ratio is of one machine and one commit."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from deploy.local.checkout import ROOT
from gateway.settings import load
from tests.performance.stage import Stage

LIBRARIES = ("nameko", "eventlet", "gunicorn", "pymongo", "kombu", "aiormq", "uvloop")


def machine(stage: Stage) -> dict[str, Any]:
    """Processor, memory, system, versions, and how many workers the gateway has."""
    gateway, _ = load(stage.system.environment)
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "mongodb": stage.mongo.server_info()["version"],
        "libraries": {name: version(name) for name in LIBRARIES},
        "gateway": {"workers": gateway.workers, "threads": gateway.threads},
    }


def origin() -> dict[str, str]:
    """When it was measured, and on which commit; a `+` behind it says that the checkout differs from it."""
    commit = _git("rev-parse", "--short", "HEAD") + ("+" if _git("status", "--porcelain", "-uno") else "")
    return {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "commit": commit}


def _processor() -> str:
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return names[0].partition(":")[2].strip() if names else platform.machine()


def _git(*command: str) -> str:
    done = subprocess.run(["git", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()
