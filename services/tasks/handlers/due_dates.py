"""Stored due dates after the holidays of another year have become known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from services.tasks.documents import case_of
from services.tasks.holidays import CALENDAR, warn_of_unknown_days
from services.tasks.model.calendar import WorkingCalendar
from services.tasks.model.dates import dates_of
from services.tasks.oversight_documents import date_fields
from services.tasks.store import TasksStore

Document = dict[str, Any]

_AT_ONCE = 500


def keep_due_dates(store: TasksStore, now: datetime, calendar: WorkingCalendar = CALENDAR) -> None:
    """Counts the dates of all cases anew when the calendar has grown; warns while it ends too soon.

    Days of a year that was not announced yet are counted by weekends. What a case shows is computed each
    time, but the list of overdue cases goes by what is stored.
    """
    warn_of_unknown_days(now, calendar)
    known_through = calendar.known_through.isoformat()
    if store.due_dates_counted_by() == known_through:
        return
    changed = _changed(store, now, calendar)
    while some := list(islice(changed, _AT_ONCE)):
        store.set_due_dates(some)
    store.note_due_dates_counted_by(known_through)


def _changed(store: TasksStore, now: datetime, calendar: WorkingCalendar) -> Iterator[tuple[Document, Document]]:
    for document in store.cases_with_running_clocks():
        counted = date_fields(dates_of(case_of(document).clocks, now, calendar))
        if any(document.get(name) != value for name, value in counted.items()):
            yield document, counted
