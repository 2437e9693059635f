"""Ending the system of a checkout from outside, whether its supervisor still lives or was killed."""

import signal
from pathlib import Path

import psutil

from deploy.local import trouble
from deploy.local.record import Record
from deploy.local.waiting import DeadlineMissed, eventually

DOWN_DEADLINE_S = 120.0


def stop(folder: Path) -> bool:
    """Ask the supervisor, or what a killed one has left, to end; wait for it. Whether there was anything to end."""
    record = Record.read(folder)
    if record is None:
        return False
    supervisor = record.supervisor()
    asked = [supervisor] if supervisor else [left for part in record.parts if (left := part.process())]
    for process in asked:
        process.send_signal(signal.SIGTERM)
    try:
        eventually(lambda: not any(map(_lives, asked)), DOWN_DEADLINE_S)
    except DeadlineMissed:
        raise trouble.does_not_end([process.pid for process in asked if _lives(process)]) from None
    for name in ("run.json", "address"):
        (folder / name).unlink(missing_ok=True)
    return bool(asked)


def _lives(process: psutil.Process) -> bool:
    return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
