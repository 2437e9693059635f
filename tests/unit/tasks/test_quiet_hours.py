"""When notices leave by mail: on the wall clock of the bureau, outside of quiet hours and of days without work."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tasks.holidays import CALENDAR
from services.tasks.model.calendar import PLACE, local_day
from services.tasks.model.quiet_hours import (
    AT_ONCE,
    DEFAULTS,
    DIGEST,
    OFF,
    MailSettings,
    Quiet,
    check,
    is_quiet,
    mail_time,
    next_digest,
    quiet_ends,
)
from services.tasks.model.refusals import Invalid

MINUTES = st.builds(lambda minute: time(minute // 60, minute % 60), st.integers(0, 1439))
QUIET = st.builds(Quiet, MINUTES, MINUTES).filter(lambda quiet: quiet.since != quiet.until)
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 20)).map(lambda moment: moment.replace(tzinfo=UTC))


def possible(settings: MailSettings) -> bool:
    try:
        check(settings)
    except Invalid:
        return False
    return True


SETTINGS = st.builds(
    MailSettings,
    mail=st.sampled_from([AT_ONCE, DIGEST]),
    digest_at=st.lists(MINUTES, min_size=1, max_size=4, unique=True).map(lambda times: tuple(sorted(times))),
    quiet=st.none() | QUIET,
    quiet_days_off=st.booleans(),
    urgent_breaks_quiet=st.booleans(),
).filter(possible)


def on_the_wall(text: str) -> datetime:
    """A moment by the bureau's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=PLACE).astimezone(UTC)


def goes(since: str, settings: MailSettings = DEFAULTS, *, urgent: bool = False) -> str | None:
    when = mail_time(on_the_wall(since), urgent, settings, CALENDAR)
    return when.astimezone(PLACE).strftime("%Y-%m-%d %H:%M") if when else None


@pytest.mark.parametrize(
    ("since", "digest"),
    [
        ("2026-03-02T08:00", "2026-03-02 08:30"),
        ("2026-03-02T08:30", "2026-03-02 08:30"),
        ("2026-03-02T08:31", "2026-03-03 08:30"),
        # Friday evening: Monday morning.
        ("2026-03-06T18:00", "2026-03-09 08:30"),
        # The Spring Festival of 2026: off from 15 to 23 February; worked on Saturday the 14th and the 28th.
        ("2026-02-13T12:00", "2026-02-14 08:30"),
        ("2026-02-14T12:00", "2026-02-24 08:30"),
        ("2026-02-27T12:00", "2026-02-28 08:30"),
    ],
)
def test_the_usual_digest_goes_at_half_past_eight_of_the_next_working_day(since: str, digest: str) -> None:
    assert goes(since) == digest


@pytest.mark.parametrize(
    ("since", "mailed"),
    [
        ("2026-03-02T10:15", "2026-03-02 10:15"),
        ("2026-03-02T19:59", "2026-03-02 19:59"),
        ("2026-03-02T20:00", "2026-03-03 07:30"),
        ("2026-03-03T07:29", "2026-03-03 07:30"),
        ("2026-03-06T20:00", "2026-03-09 07:30"),
        ("2026-10-01T10:00", "2026-10-08 07:30"),
    ],
)
def test_what_goes_at_once_waits_for_the_end_of_quiet_hours_and_holidays(since: str, mailed: str) -> None:
    assert goes(since, MailSettings(mail=AT_ONCE)) == mailed


def test_what_is_urgent_breaks_through_only_where_the_person_allows_it() -> None:
    at_night = "2026-10-01T23:00"
    assert goes(at_night, MailSettings(mail=AT_ONCE), urgent=True) == "2026-10-08 07:30"
    for mode in (AT_ONCE, DIGEST):
        assert goes(at_night, MailSettings(mail=mode, urgent_breaks_quiet=True), urgent=True) == "2026-10-01 23:00"
        assert goes(at_night, MailSettings(mail=mode, urgent_breaks_quiet=True)) != "2026-10-01 23:00"


def test_who_wants_no_mail_gets_none_however_urgent() -> None:
    assert goes("2026-03-02T10:00", MailSettings(mail=OFF, urgent_breaks_quiet=True), urgent=True) is None


def test_quiet_hours_within_a_day_end_on_that_day() -> None:
    settings = MailSettings(mail=AT_ONCE, quiet=Quiet(time(12), time(14)))
    assert goes("2026-03-02T12:30", settings) == "2026-03-02 14:00"
    assert goes("2026-03-02T23:30", settings) == "2026-03-02 23:30"


@pytest.mark.parametrize("at", [time(20), time(23), time(7, 29)])
def test_a_digest_in_quiet_hours_is_refused(at: time) -> None:
    with pytest.raises(Invalid) as refused:
        check(MailSettings(digest_at=(time(8, 30), at)))
    assert refused.value.errors[0]["field"] == "digest_at"


def test_quiet_hours_without_length_are_refused() -> None:
    with pytest.raises(Invalid):
        check(MailSettings(quiet=Quiet(time(8), time(8))))


@given(MOMENTS, SETTINGS, st.booleans())
def test_nothing_leaves_in_quiet_hours_nor_before_it_may_unless_it_is_urgent_and_allowed(
    since: datetime, settings: MailSettings, urgent: bool
) -> None:
    when = mail_time(since, urgent, settings, CALENDAR)
    assert when is not None
    assert when >= since
    if not (urgent and settings.urgent_breaks_quiet):
        assert not is_quiet(when, settings, CALENDAR)


@given(MOMENTS, SETTINGS)
def test_quiet_hours_end_at_the_first_loud_minute(moment: datetime, settings: MailSettings) -> None:
    end = quiet_ends(moment, settings, CALENDAR)
    assert end - moment < timedelta(days=14)
    if end > moment:
        assert is_quiet(end - timedelta(microseconds=1), settings, CALENDAR)
        assert is_quiet(moment + (end - moment) / 2, settings, CALENDAR)


@given(MOMENTS, SETTINGS)
def test_a_digest_goes_at_one_of_its_hours_and_no_earlier_one_was_loud(
    moment: datetime, settings: MailSettings
) -> None:
    digest = next_digest(moment, settings, CALENDAR)
    assert digest.astimezone(PLACE).time() in settings.digest_at
    day = local_day(moment)
    while day <= local_day(digest):
        for at in settings.digest_at:
            candidate = datetime.combine(day, at, PLACE).astimezone(UTC)
            if moment <= candidate < digest:
                assert is_quiet(candidate, settings, CALENDAR)
        day += timedelta(days=1)


@given(MOMENTS, MOMENTS, SETTINGS)
def test_what_happened_later_never_leaves_earlier(one: datetime, other: datetime, settings: MailSettings) -> None:
    first, second = sorted((one, other))
    left_first = mail_time(first, False, settings, CALENDAR)
    left_second = mail_time(second, False, settings, CALENDAR)
    assert left_first is not None
    assert left_second is not None
    assert left_first <= left_second
