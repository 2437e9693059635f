"""Stored due dates when the holidays of another year become known."""

from datetime import UTC, date, datetime, timedelta

from services.tasks.handlers.due_dates import keep_due_dates
from services.tasks.holidays import CALENDAR
from services.tasks.model.calendar import WorkingCalendar
from services.tasks.oversight_documents import NEVER
from tests.integration.tasks.building import DESK, HANDLER, act, ask, by, investigating, opened

LAST_DAY = CALENDAR.known_through
NEXT_YEAR = LAST_DAY.year + 1
# The longest holiday that any January has seen: nothing but days off.
LONGER = WorkingCalendar([date(NEXT_YEAR, 1, day) for day in range(1, 32)], [], date(NEXT_YEAR, 12, 31))


def in_december(day):
    return datetime(LAST_DAY.year, 12, day, 1, tzinfo=UTC)


def test_a_clock_that_reaches_into_a_year_announced_later_is_overdue_by_that_years_holidays(store):
    case_id = investigating(store, category="turn-of-year", received_at=in_december(1))
    act(store, case_id, "record_step", by(HANDLER), what="查阅", evidence=["账册"])
    act(store, case_id, "record_finding", by(HANDLER), allegation=1, outcome="false", reason="不实")
    act(store, case_id, "conclude", by(HANDLER, now=in_december(20)))
    before = store.case(case_id)["next_due_at"]
    reminded = store.case(case_id)["next_stage_at"]

    keep_due_dates(store, in_december(21))
    assert store.case(case_id)["next_due_at"] == before
    keep_due_dates(store, in_december(22), LONGER)
    after = store.case(case_id)["next_due_at"]
    assert after > before + timedelta(days=20)
    assert store.case(case_id)["next_stage_at"] > reminded + timedelta(days=20)
    between = before + timedelta(days=1)
    assert ask(store, DESK, category="turn-of-year", overdue=True, now=between)["items"] == []


def test_due_dates_are_counted_anew_once_for_each_calendar(store):
    keep_due_dates(store, in_december(23), LONGER)
    case_id = investigating(store, category="counted-once")
    store.db.cases.update_one({"_id": case_id}, {"$set": {"next_due_at": in_december(1)}})
    keep_due_dates(store, in_december(24), LONGER)
    assert store.case(case_id)["next_due_at"] == in_december(1)
    keep_due_dates(store, in_december(25))
    assert store.case(case_id)["next_due_at"] != in_december(1)


def test_what_a_suspended_case_waits_for_is_pressed_for_by_that_years_holidays_too(store):
    case_id = opened(store, received_at=in_december(19))
    call = by(DESK, now=in_december(20))
    act(store, case_id, "accept", call)
    act(store, case_id, "request_assistance", call, body="police", what="户籍", reason="核实")
    act(store, case_id, "suspend", call, ground="awaiting_assistance", reason="等待协查")
    keep_due_dates(store, in_december(21))
    before = store.case(case_id)
    assert before["next_due_at"] == NEVER > before["next_stage_at"]
    keep_due_dates(store, in_december(22), LONGER)
    assert store.case(case_id)["next_stage_at"] > before["next_stage_at"] + timedelta(days=20)
