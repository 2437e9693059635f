"""Cases opened by reports. This is on the way of every report, so what those of one hour share is made once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from contracts.event import Draft, Received
from services.tasks.documents import new_case_document
from services.tasks.handlers import progress
from services.tasks.holidays import CALENDAR
from services.tasks.model.calendar import local_day
from services.tasks.model.case import Case
from services.tasks.model.dates import Dates, dates_at_opening
from services.tasks.model.opening import opened, opened_alike, opening_entry
from services.tasks.store import TasksStore

Document = dict[str, Any]


def open_cases(store: TasksStore, events: Sequence[Received]) -> None:
    """Opens one case for each report; one that was opened before stays as it is. Suggestions open none.

    The case has the id of its report, so the same report can never open two.
    """
    by_year: defaultdict[int, list[Received]] = defaultdict(list)
    for event in events:
        if event.data["kind"] == "report":
            by_year[local_day(event.data["received_at"]).year].append(event)
    for year, reports in by_year.items():
        numbers = store.numbers.take(year, len(reports))
        store.add_cases(opening(event, number) for event, number in zip(reports, numbers, strict=True))


def opening(event: Received, number: str) -> tuple[Document, Draft]:
    """The case of a report under this number, as it is stored, and what is told of it."""
    report = event.data
    like, dates, told = _first_of(report["received_at"], report["reporter_mode"], report["route"])
    case = opened_alike(
        like,
        id=report["report_id"],
        number=number,
        category=report["category"],
        excluded_unit_ids=report["subject_unit_ids"],
    )
    document = new_case_document(case, opening_entry(case), dates)
    changes = {"case_id": case.id, "number": number, "report_id": case.id}
    if case.excluded_unit_ids:
        changes["excluded_unit_ids"] = list(case.excluded_unit_ids)
    return document, told.about(case.id, **changes).following(event)


# Reports tell only the hour in which they came.
@lru_cache(maxsize=256)
def _first_of(at: datetime, reporter_mode: str | None, route: str) -> tuple[Case, Dates, Draft]:
    case = opened(
        id="",
        number="",
        category="",
        source_kind="report",
        source_id="",
        at=at,
        reporter_mode=reporter_mode,
        route=route,
    )
    dates = dates_at_opening(case.clocks, CALENDAR)
    named = opened_alike(case, id="-", number="-", category="-", excluded_unit_ids=())
    return case, dates, progress.opened(named, dates.next_due_at)
