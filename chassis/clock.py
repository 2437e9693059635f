"""The one place that asks what time it is.

A test may put the time on: a *driven* clock is the system's, moved by the seconds that a small file holds (``drive``).
Waits, leases and the ids' own times go by the real clock all the same.
"""

from __future__ import annotations

import mmap
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

# The bureau's own time of day; stored and sent times are always UTC.
BUREAU_ZONE = ZoneInfo("Asia/Shanghai")

# What the file of a driven clock holds: whole seconds, eight bytes, little-endian. A processor writes them at once.
OFFSET = struct.Struct("<q")

_offset: mmap.mmap | None = None


def now() -> datetime:
    """The time, aware, UTC, in whole milliseconds (what MongoDB keeps)."""
    moment = datetime.now(UTC)
    if _offset is not None:
        moment += timedelta(seconds=OFFSET.unpack_from(_offset)[0])
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def to_the_hour(moment: datetime) -> datetime:
    """The full hour before ``moment``: all that is kept of the time at which a member of the public did something."""
    return moment.replace(minute=0, second=0, microsecond=0)


def drive(file: Path | None) -> None:
    """From now on the time is the system's and the seconds in ``file``, whoever changes them; None = the system's.

    For tests alone, in every process of a system. ``ValueError`` or ``OSError`` when the file is no such file.
    """
    global _offset
    if file is None:
        _offset = None
        return
    with file.open("rb") as opened:
        _offset = mmap.mmap(opened.fileno(), OFFSET.size, access=mmap.ACCESS_READ)


def is_driven() -> bool:
    """Whether the time is put on by a test."""
    return _offset is not None
