"""What the cases of an hour share is made once; each is as if it had been made by itself."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from contracts.event import Received
from services.tasks.documents import new_case_document
from services.tasks.handlers import progress
from services.tasks.handlers.openings import opening
from services.tasks.holidays import CALENDAR
from services.tasks.model.dates import dates_at_opening
from services.tasks.model.opening import opened, opening_entry

HOURS = st.integers(0, 30 * 24).map(lambda hours: datetime(2026, 1 + hours // 720, 1, hours % 24, tzinfo=UTC))
CODES = st.text("abcdef.", min_size=1, max_size=10)


@given(
    HOURS,
    CODES,
    CODES,
    st.sampled_from(["anonymous", "named"]),
    st.sampled_from(["bureau", "above"]),
    st.lists(CODES, max_size=2, unique=True),
)
def test_it_is_that_of_a_case_made_by_itself(at, report_id, category, mode, route, units):
    report = {
        "report_id": report_id,
        "kind": "report",
        "category": category,
        "reporter_mode": mode,
        "received_at": at,
        "subject_unit_ids": units,
        "route": route,
    }
    event = Received("e", "reports.report_submitted.v1", report_id, 1, at, report, discreet=True)
    case = opened(
        id=report_id,
        number="2026-000001",
        category=category,
        source_kind="report",
        source_id=report_id,
        at=at,
        reporter_mode=mode,
        excluded_unit_ids=units,
        route=route,
    )
    dates = dates_at_opening(case.clocks, CALENDAR)
    document, told = opening(event, "2026-000001")
    assert document == new_case_document(case, opening_entry(case), dates)
    assert told == progress.opened(case, dates.next_due_at).following(event)
