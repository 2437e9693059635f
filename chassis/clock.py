"""The one place that asks what time it is."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

# The bureau's own time of day; stored and sent times are always UTC.
BUREAU_ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The time, aware, UTC, in whole milliseconds (what MongoDB keeps)."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def to_the_hour(moment: datetime) -> datetime:
    """The full hour before ``moment``: all that is kept of the time at which a member of the public did something."""
    return moment.replace(minute=0, second=0, microsecond=0)
