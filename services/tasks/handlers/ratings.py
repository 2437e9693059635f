"""What reporters think of the results: recorded on their cases, and once in the life of a case a re-examination."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chassis import Reject, clock, inbox
from chassis.refusals import Stale
from contracts.event import Received
from services.tasks.documents import case_of
from services.tasks.handlers.recording import record
from services.tasks.handlers.writing import write
from services.tasks.model import merging
from services.tasks.model.case import Case, Entry
from services.tasks.model.ratings import rated
from services.tasks.store import TasksStore

Document = dict[str, Any]

# How often a rating is decided anew when somebody's action came between.
_TRIES = 5


def take_rating(store: TasksStore, event: Received) -> None:
    """Takes a rating once in effect; one of a suggestion, which has no case, has none here.

    A busy case that is always changed between raises ``Stale``: then the event comes again.
    """
    if event.data["case_id"] is None:
        return
    for left in reversed(range(_TRIES)):
        try:
            _take(store, event, clock.now())
            return
        except Stale:
            if left == 0:
                raise


def _take(store: TasksStore, event: Received, now: datetime) -> None:
    document = store.case(event.data["case_id"])
    if document is None:
        raise Reject(f"no case {event.data['case_id']}")
    case = case_of(document)
    # The event's time is cut to the hour: no line of the history tells when exactly the reporter rated.
    entry = rated(case, event.data["number"], event.data["satisfied"], event.time)
    if entry is None:
        inbox.count_duplicates()
        return
    if case.merged_into is None or event.data["satisfied"]:
        record(store, document, case, entry, now, cause=event)
    else:
        store.transaction(lambda session: _take_of_a_merged(store, document, case, entry, event, now, session))


def _take_of_a_merged(
    store: TasksStore, document: Document, case: Case, entry: Entry, event: Received, now: datetime, session: Any
) -> None:
    """Put on record here; the leading case is examined again, as if its own reporter had not been satisfied."""
    write(store, document, case, entry, now, session=session, cause=event)
    leading_document = store.case(case.merged_into, session) if case.merged_into else None
    if leading_document is None:
        raise LookupError(f"no case leads {case.id}")
    leading = case_of(leading_document)
    again = merging.re_examined_for(leading, case, event.time)
    if again is not None:
        record(store, leading_document, leading, again, now, session=session, rated_by=case.id)
