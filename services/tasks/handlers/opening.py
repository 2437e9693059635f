"""A case that somebody opens: its document and its event."""

from __future__ import annotations

from typing import Any

from contracts.event import Draft
from services.tasks.documents import new_case_document
from services.tasks.handlers import progress
from services.tasks.holidays import CALENDAR
from services.tasks.model.case import Case, Entry
from services.tasks.model.dates import dates_at_opening


def opening_of(case: Case, opening: Entry) -> tuple[dict[str, Any], Draft]:
    """What is written of a case that was just opened by ``opening``."""
    dates = dates_at_opening(case.clocks, CALENDAR)
    document = new_case_document(case, opening, dates)
    if case.excluded_person_ids:
        document["excluded_person_ids"] = list(case.excluded_person_ids)
    return document, progress.opened(case, dates.next_due_at)
