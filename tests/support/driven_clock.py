"""The clock of a process or of a whole system, put on by hand (chassis/clock.py)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from chassis.clock import OFFSET


class DrivenClock:
    """``environment`` is what every part must be told."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(OFFSET.pack(0))
        self.file = file
        self.environment = {"CLOCK_FILE": str(file)}

    def put(self, moment: datetime) -> None:
        """From now on it is this moment, and going on."""
        self.be_ahead(moment - datetime.now(UTC))

    def be_ahead(self, by: timedelta) -> None:
        """From now on it is later than it is, by whole seconds."""
        with self.file.open("r+b") as opened:
            opened.write(OFFSET.pack(round(by.total_seconds())))
