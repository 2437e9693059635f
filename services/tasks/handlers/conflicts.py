"""Units that a report turns out to be about: its case is hidden from them from then on."""

from __future__ import annotations

from datetime import datetime

from chassis import clock, inbox
from chassis.refusals import Stale
from contracts.event import Received
from services.tasks.documents import case_of
from services.tasks.handlers.correspondence import CaseNotOpened
from services.tasks.handlers.recording import record
from services.tasks.model.conflict import kept_from
from services.tasks.store import TasksStore

# How often it is decided anew when somebody's action came between.
_TRIES = 5


def keep_from_units(store: TasksStore, event: Received) -> None:
    """Hides the case from all units of the event; in effect once, in whatever order such events come.

    ``CaseNotOpened`` when the case is not here yet, ``Stale`` when it is always changed between: the event comes again.
    """
    for left in reversed(range(_TRIES)):
        try:
            _keep_from(store, event, clock.now())
            return
        except Stale:
            if left == 0:
                raise


def _keep_from(store: TasksStore, event: Received, now: datetime) -> None:
    document = store.case(event.data["report_id"])
    if document is None:
        raise CaseNotOpened(event.data["report_id"])
    case = case_of(document)
    # The event's time is cut to the hour, as is all that is told of when a report came in.
    entry = kept_from(case, event.data["subject_unit_ids"], event.time)
    if entry is None:
        inbox.count_duplicates()
        return
    record(store, document, case, entry, now, cause=event)
