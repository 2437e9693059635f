"""An entry becomes the case's next state, its line of history and its event, in one write of one document."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chassis.ids import new_id, new_id_as_of
from contracts.event import Received
from services.tasks.documents import changed_fields, entry_document
from services.tasks.handlers.progress import progressed
from services.tasks.holidays import CALENDAR
from services.tasks.model import notices
from services.tasks.model.applying import apply
from services.tasks.model.case import Case, Entry
from services.tasks.model.dates import dates_of
from services.tasks.notice_documents import cause_document
from services.tasks.store import TasksStore

Document = dict[str, Any]


def write(
    store: TasksStore,
    document: Document,
    case: Case,
    entry: Entry,
    now: datetime,
    *,
    session: Any = None,
    cause: Received | None = None,
) -> Document:
    """The document after ``entry``, which was decided on ``document``; ``Stale`` when somebody else came first.

    ``cause``: the event that led to it, for its trace.
    """
    after = apply(case, entry)
    dates = dates_of(after.clocks, now, CALENDAR)
    event = progressed(after, entry, dates.next_due_at, now)
    if cause is not None:
        event = event.following(cause)
    # What a reporter brought about is told without the minute of it; else ids keep the order of what happened.
    told = notices.of_action(entry, after, new_id() if entry.by_id else new_id_as_of(entry.at))
    to_notify = cause_document(told) if told else None
    changed = changed_fields(after, dates)
    return store.record_action(document, changed, entry_document(entry), event, session, to_notify)
