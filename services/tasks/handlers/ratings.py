"""What reporters think of the results: recorded on their cases, and once in the life of a case a re-examination."""

from __future__ import annotations

from datetime import datetime

from chassis import Reject, clock, inbox
from chassis.refusals import Stale
from contracts.event import Received
from services.tasks.documents import case_of
from services.tasks.handlers.recording import record
from services.tasks.model.ratings import rated
from services.tasks.store import TasksStore

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
    record(store, document, case, entry, now, cause=event)
