"""By when a suggestion is answered."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from services.reports.model import answering

PLACE = ZoneInfo("Asia/Shanghai")


def test_a_suggestion_is_due_at_the_end_of_the_sixtieth_day_after_that_of_receipt():
    received = datetime(2026, 3, 1, 17, 30, tzinfo=UTC)  # 01:30 on the 2nd in Shanghai

    due = answering.answer_due_at(received, PLACE)

    assert due == datetime(2026, 5, 1, 23, 59, 59, 999_000, tzinfo=PLACE)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_the_due_date_tells_the_day_of_receipt_and_nothing_finer(received):
    due = answering.answer_due_at(received, PLACE)

    days = due.astimezone(PLACE).date() - received.astimezone(PLACE).date()
    assert days == timedelta(answering.term_for(received.astimezone(PLACE).date()).days)
    assert due == answering.answer_due_at(received.replace(minute=0, second=0, microsecond=0), PLACE)


def test_a_later_term_holds_for_suggestions_received_under_it(monkeypatch):
    later = answering.Term(date(2026, 7, 1), 30, "s")
    monkeypatch.setattr(answering, "TERMS", (*answering.TERMS, later))

    assert answering.term_for(date(2026, 6, 30)).days == 60
    assert answering.term_for(date(2026, 7, 1)) is later
    assert answering.term_for(date(1999, 1, 1)).days == 60
