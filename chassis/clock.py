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
