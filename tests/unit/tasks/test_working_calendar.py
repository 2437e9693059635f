"""Working days, against a naive model that looks at every single day."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.tasks.holidays import CALENDAR as REAL
from services.tasks.holidays import warn_of_unknown_days
from services.tasks.model.calendar import WorkingCalendar, end_of, local_day

DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@st.composite
def calendars(draw: st.DrawFn) -> tuple[WorkingCalendar, set[date], set[date]]:
    off = draw(st.sets(DAYS, max_size=60))
    made_up = draw(st.sets(DAYS, max_size=60)) - off
    return WorkingCalendar(off, made_up, date(2027, 12, 31)), off, made_up


def is_working(day: date, off: set[date], made_up: set[date]) -> bool:
    return (day.weekday() < 5 or day in made_up) and day not in off


@given(calendars(), DAYS, st.integers(0, 60))
def test_the_working_day_after_is_the_one_found_by_walking(made, start, count):
    calendar, off, made_up = made
    day = start
    left = count
    while left:
        day += timedelta(days=1)
        left -= is_working(day, off, made_up)
    assert calendar.working_day_after(start, count) == day


@given(calendars(), DAYS, DAYS)
def test_working_days_between_are_those_counted_one_by_one(made, after, through):
    calendar, off, made_up = made
    walked = sum(
        is_working(after + timedelta(days=offset), off, made_up) for offset in range(1, (through - after).days + 1)
    )
    assert calendar.working_days(after, through) == walked


def test_the_national_holiday_of_2025_is_no_time_to_work_but_its_make_up_sunday_is():
    # 国办发明电〔2024〕12号: 1 to 8 October off, 28 September (Sunday) and 11 October (Saturday) worked.
    assert REAL.working_day_after(date(2025, 9, 27), 1) == date(2025, 9, 28)
    assert REAL.working_day_after(date(2025, 9, 30), 1) == date(2025, 10, 9)
    assert REAL.working_day_after(date(2025, 10, 10), 1) == date(2025, 10, 11)


def test_days_beyond_the_announced_years_count_by_weekends_and_say_so():
    beyond = REAL.known_through + timedelta(days=1)
    assert not REAL.knows(beyond)
    assert REAL.working_days(REAL.known_through, REAL.known_through + timedelta(days=70)) == 50
    assert warn_of_unknown_days(end_of(REAL.known_through))
    assert not warn_of_unknown_days(end_of(REAL.known_through - timedelta(days=90)))


def test_a_day_of_the_bureau_ends_at_sixteen_hours_utc():
    assert end_of(date(2026, 3, 2)) == datetime(2026, 3, 2, 15, 59, 59, 999000, UTC)
    assert local_day(datetime(2026, 3, 2, 15, 59, tzinfo=UTC)) == date(2026, 3, 2)
    assert local_day(datetime(2026, 3, 2, 16, 0, tzinfo=UTC)) == date(2026, 3, 3)


def test_the_last_day_that_was_announced_is_known():
    assert REAL.knows(REAL.known_through)
    assert not warn_of_unknown_days(end_of(REAL.known_through - timedelta(days=60)))
    assert warn_of_unknown_days(end_of(REAL.known_through - timedelta(days=59)))
