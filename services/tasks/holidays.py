"""The public holidays and make-up working days of the mainland, from the package ``chinesecalendar``.

The State Council announces a year in the autumn before it; a new release of the package follows. Days
after the last known year count by plain weekends, and the service says so in its log while that can
matter.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import structlog
from chinese_calendar import constants

from services.tasks.model.calendar import WorkingCalendar, local_day

_log = structlog.get_logger(__name__)

# The longest time limit counted in working days, 15 of them, never spans more calendar days than this.
_FORESIGHT = timedelta(days=60)


def _known_calendar() -> WorkingCalendar:
    last_year = max(max(constants.holidays), max(constants.workdays)).year
    return WorkingCalendar(constants.holidays, constants.workdays, date(last_year, 12, 31))


CALENDAR = _known_calendar()


def warn_of_unknown_days(now: datetime, calendar: WorkingCalendar = CALENDAR) -> bool:
    """Logs a warning when time limits that start ``now`` may reach days whose holidays are not known."""
    unknown = not calendar.knows(local_day(now) + _FORESIGHT)
    if unknown:
        _log.warning(
            "holidays unknown, weekends counted instead; update chinesecalendar",
            known_through=calendar.known_through.isoformat(),
        )
    return unknown
