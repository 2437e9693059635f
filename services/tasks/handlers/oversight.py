"""Oversight of time limits: what cases have come to is put on record and told, each stage once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

import structlog

from chassis.faults import database_away
from chassis.refusals import Stale
from contracts.event import Draft
from contracts.tasks.events import ClockStageReachedV1
from services.tasks.clock_documents import clock_document
from services.tasks.documents import case_of, changed_fields, entry_document
from services.tasks.holidays import CALENDAR
from services.tasks.model.applying import apply
from services.tasks.model.calendar import WorkingCalendar
from services.tasks.model.case import Case
from services.tasks.model.clocks import Clock, Told
from services.tasks.model.dates import dates_of
from services.tasks.model.oversight import Reached, audience, entry_of, foremost, on_the_case, reached
from services.tasks.oversight_documents import date_fields
from services.tasks.store import TasksStore

_log = structlog.get_logger(__name__)

Document = dict[str, Any]

# Other work of the process gets its turn after so many; the rest of a great many waits for the next round.
_AT_ONCE = 100
_AT_MOST = 20_000


def oversee(store: TasksStore, now: datetime, calendar: WorkingCalendar = CALENDAR) -> None:
    """Records for each case what its time limits have come to by ``now``: the highest stage, naming those that were
    missed on the way, so that an outage ends in one line a case.

    Each case is a write of its own. One that changes meanwhile, or that cannot be dealt with, holds nothing up and is
    taken again in the next round.
    """
    due = store.oversight.due(now, _AT_MOST, _AT_ONCE)
    while some := list(islice(due, _AT_ONCE)):
        for document in some:
            _oversee_or_leave(store, document, now, calendar)
        time.sleep(0)


def _oversee_or_leave(store: TasksStore, document: Document, now: datetime, calendar: WorkingCalendar) -> None:
    try:
        _oversee(store, document, now, calendar)
    except Stale:
        _log.info("case changed meanwhile, taken in the next round", case_id=document["_id"])
    except Exception as error:
        if database_away(error):
            raise
        _log.error("stage not recorded, tried again in the next round", case_id=document["_id"], exc_info=error)


def _oversee(store: TasksStore, document: Document, now: datetime, calendar: WorkingCalendar) -> None:
    case = case_of(document)
    found = foremost(one for clock in case.clocks if (one := reached(clock, now, calendar)))
    of_the_file = [one for one in found if not on_the_case(one.clock)]
    if of_the_file:
        case = _keep_beside(store, document, case, of_the_file, now)
    of_the_case = [one for one in found if on_the_case(one.clock)]
    if of_the_case:
        _record(store, document, case, of_the_case, now, calendar)
        return
    # Beside the case, or moved by holidays that became known: what it is found by next is no action of it.
    changes = {"clocks": [clock_document(clock) for clock in case.clocks]} if of_the_file else {}
    if not store.oversight.note(document, {**changes, **date_fields(dates_of(case.clocks, now, calendar))}):
        raise Stale


def _record(
    store: TasksStore,
    document: Document,
    case: Case,
    found: Sequence[Reached],
    now: datetime,
    calendar: WorkingCalendar,
) -> None:
    entry = entry_of(case, found, now)
    after = apply(case, entry)
    dates = dates_of(after.clocks, now, calendar)
    event = _event(after, found, now, subject=case.id)
    store.record_action(document, changed_fields(after, dates), entry_document(entry), event)


def _keep_beside(store: TasksStore, document: Document, case: Case, found: Sequence[Reached], now: datetime) -> Case:
    """The case with these stages noted on their clocks. Each is a record with its event, under an id of its own."""
    for one in found:
        stage_id = f"{case.id}.{one.clock.rule}.{one.clock.started_at.timestamp():.0f}.{one.stage}"
        record = {"case_id": case.id, "rule": one.clock.rule, "stage": one.stage, "at": now}
        store.oversight.keep_file_stage(stage_id, record, _event(case, [one], now, subject=stage_id))
    stages = {one.clock: one.stage for one in found}
    return replace(case, clocks=tuple(_noted(clock, stages.get(clock), now) for clock in case.clocks))


def _noted(clock: Clock, stage: str | None, at: datetime) -> Clock:
    return replace(clock, told=Told(stage, at)) if stage else clock


def _event(case: Case, found: Sequence[Reached], at: datetime, *, subject: str) -> Draft:
    first, *others = found
    return ClockStageReachedV1.draft(
        subject,
        case_id=case.id,
        number=case.number,
        rule=first.clock.rule,
        ref=first.clock.ref,
        stage=first.stage,
        skipped=list(first.skipped),
        due_at=first.due_at,
        further=[{"rule": one.clock.rule, "ref": one.clock.ref, "stage": one.stage} for one in others],
        handler_id=case.handler_id,
        unit_id=case.unit_id,
        to=list(audience(case, first.stage)),
        level=case.level,
        at=at,
    )
