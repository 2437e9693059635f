"""When a person's notices may leave by mail: at once or in digests, outside of quiet hours.

All hours are those on the wall of the bureau. The days without work are those of the mainland's calendar, make-up days
(调休) included.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from services.tasks.model.calendar import PLACE, WorkingCalendar, local_day
from services.tasks.model.refusals import Invalid, invalid

OFF = "off"
AT_ONCE = "at_once"
DIGEST = "digest"
MODES = (OFF, AT_ONCE, DIGEST)

_DAY = timedelta(days=1)
# No run of days off is as long as this.
_FAR = 60


@dataclass(frozen=True)
class Quiet:
    """The hours of every day from ``since`` until ``until`` (which is not quiet any more), past midnight or not."""

    since: time
    until: time

    def holds(self, at: time) -> bool:
        """Whether this time of day lies within."""
        if self.since <= self.until:
            return self.since <= at < self.until
        return at >= self.since or at < self.until


@dataclass(frozen=True)
class MailSettings:
    """What a person wants of the mail. ``digest_at``: at which times of day digests go, in order.

    ``quiet_days_off``: whether days without work are quiet as a whole. ``urgent_breaks_quiet``: whether what is urgent
    goes at once, whatever the mode (but ``off``) and the hour.
    """

    mail: str = DIGEST
    digest_at: tuple[time, ...] = (time(8, 30),)
    quiet: Quiet | None = Quiet(time(20), time(7, 30))
    quiet_days_off: bool = True
    urgent_breaks_quiet: bool = False


DEFAULTS = MailSettings()


def check(settings: MailSettings) -> None:
    """Raises ``Invalid`` where a digest could never go."""
    quiet = settings.quiet
    if quiet is None:
        return
    if quiet.since == quiet.until:
        raise Invalid([{"field": "quiet", "message": "notices.quiet_without_length"}])
    held = [at for at in settings.digest_at if quiet.holds(at)]
    if held:
        raise invalid("digest_at", "notices.digest_in_quiet_hours", at=f"{held[0]:%H:%M}")


def mail_time(since: datetime, urgent: bool, settings: MailSettings, calendar: WorkingCalendar) -> datetime | None:
    """When something that may be told from ``since`` on leaves by mail; None when it never does."""
    if settings.mail == OFF:
        return None
    if urgent and settings.urgent_breaks_quiet:
        return since
    if settings.mail == AT_ONCE:
        return quiet_ends(since, settings, calendar)
    return next_digest(since, settings, calendar)


def is_quiet(moment: datetime, settings: MailSettings, calendar: WorkingCalendar) -> bool:
    """Whether no mail goes to this person at this moment."""
    local = moment.astimezone(PLACE)
    if settings.quiet_days_off and not _is_worked(local.date(), calendar):
        return True
    return settings.quiet is not None and settings.quiet.holds(local.time())


def quiet_ends(moment: datetime, settings: MailSettings, calendar: WorkingCalendar) -> datetime:
    """The first moment from ``moment`` on that is not quiet."""
    while is_quiet(moment, settings, calendar):
        moment = _next_boundary(moment, settings, calendar)
    return moment


def next_digest(moment: datetime, settings: MailSettings, calendar: WorkingCalendar) -> datetime:
    """The first of the digests' times from ``moment`` on that is not quiet.

    ``ValueError`` when all of them are: ``check`` lets no such settings in.
    """
    first = local_day(moment)
    for offset in range(_FAR):
        for at in settings.digest_at:
            digest = _moment(first + offset * _DAY, at)
            if digest >= moment and not is_quiet(digest, settings, calendar):
                return digest
    raise ValueError("every digest lies in quiet hours")


def _next_boundary(moment: datetime, settings: MailSettings, calendar: WorkingCalendar) -> datetime:
    """The end of a day off, or of the hours that are quiet: nothing before it can be loud."""
    local = moment.astimezone(PLACE)
    day, midnight = local.date(), _moment(local.date() + _DAY, time())
    if settings.quiet is None or (settings.quiet_days_off and not _is_worked(day, calendar)):
        return midnight
    end = _moment(day, settings.quiet.until)
    return end if end > moment else midnight


def _is_worked(day: date, calendar: WorkingCalendar) -> bool:
    return calendar.working_days(day - _DAY, day) == 1


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, PLACE).astimezone(UTC)
