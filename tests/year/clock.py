"""The clock of a whole system, put on by hand (chassis/clock.py)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

from chassis.clock import BUREAU_ZONE, OFFSET

MORNING, EVENING = time(8), time(18)


class DrivenClock:
    """``environment`` is what every part must be told."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(OFFSET.pack(0))
        self._file = file
        self.environment = {"CLOCK_FILE": str(file)}

    def put(self, day: date, at: time) -> None:
        """From now on it is this time of the bureau on this day, and going on."""
        moment = datetime.combine(day, at, BUREAU_ZONE)
        with self._file.open("r+b") as opened:
            opened.write(OFFSET.pack(round((moment - datetime.now(UTC)).total_seconds())))
