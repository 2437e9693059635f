"""How many cases there are of each kind, as a reader may know: exact at one moment, and the same as the lists show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from pymongo.client_session import ClientSession

from chassis import clock
from contracts.call import Call
from services.tasks.documents import case_of
from services.tasks.handlers.listing import reader_from, wanted_from
from services.tasks.handlers.reading import signed_in
from services.tasks.holidays import CALENDAR
from services.tasks.listing_documents import listing_fields
from services.tasks.model.counting import By, Key, Kind, figures
from services.tasks.model.dates import dates_of
from services.tasks.model.listing import Reader, Wanted
from services.tasks.oversight_documents import date_fields
from services.tasks.store import TasksStore

Document = dict[str, Any]

# How many changed cases are counted at a time: more would stand in the way of what happens to them meanwhile.
_AT_ONCE = 200

Counted = tuple[Counter[Key], int]


def count_cases(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """The cases that the filters are about and that the caller may know of, counted by ``by``."""
    reader, wanted, by = reader_from(signed_in(call)), wanted_from(request), request["by"]
    counted, total = store.transaction(lambda session: _counted(store, by, wanted, reader, call, session))
    ranked = sorted(counted.items(), key=lambda one: (-one[1], one[0] or ""))
    return {
        "by": by,
        "total": total,
        "counts": [{"key": key, "count": count} for key, count in ranked],
        "at": call.now,
    }


def bring_counts_up_to_date(store: TasksStore) -> None:
    """Counts every case that has changed since it was counted last; cases of a release that did neither list them by
    facets nor count them, and did not oversee them, come first.
    """
    while unlisted := store.cases_without_facets(_AT_ONCE):
        now = clock.now()
        store.set_facets((document, _fields_to_be_found_by(document, now)) for document in unlisted)
    while store.counts.bring_up_to_date(_AT_ONCE) == _AT_ONCE:
        pass


def _fields_to_be_found_by(document: Document, now: datetime) -> Document:
    case = case_of(document)
    return {**listing_fields(case), **date_fields(dates_of(case.clocks, now, CALENDAR))}


def _counted(store: TasksStore, by: By, wanted: Wanted, reader: Reader, call: Call, session: ClientSession) -> Counted:
    def look(wanted: Wanted, by: By = by) -> Counted:
        return store.counts.by_looking(by, wanted, reader, call.now, session)

    if by == "overdue":
        return _by_overdue(store, wanted, reader, call, session)
    if wanted.overdue is False:
        # All less those that are: these are few, and in the order of an index.
        anyway, total = _counted(store, by, replace(wanted, overdue=None), reader, call, session)
        late, late_in_all = look(replace(wanted, overdue=True))
        anyway.subtract(late)
        return Counter({key: count for key, count in anyway.items() if count}), total - late_in_all
    if _needs_looking(by, wanted, reader):
        return look(wanted)
    return _from_tables(store, by, wanted, reader, session)


def _by_overdue(store: TasksStore, wanted: Wanted, reader: Reader, call: Call, session: ClientSession) -> Counted:
    """Of the wanted cases those that are overdue and those that are not; both keys are values of the filter."""
    parts = {}
    for overdue in (True, False):
        if wanted.overdue in (None, overdue):
            _, parts[overdue] = _counted(store, "state", replace(wanted, overdue=overdue), reader, call, session)
    counted = Counter({str(overdue).lower(): count for overdue, count in parts.items() if count})
    return Counter[Key](counted), sum(parts.values())


def _needs_looking(by: By, wanted: Wanted, reader: Reader) -> bool:
    """Whether no table tells: of one person's cases, of a time or number, and of who handles them with somebody."""
    asked = (reader.handler_id, wanted.overdue, wanted.opened_from, wanted.opened_to, wanted.number)
    return any(value is not None for value in asked) or (by == "handler" and wanted.handler_id is not None)


def _from_tables(store: TasksStore, by: By, wanted: Wanted, reader: Reader, session: ClientSession) -> Counted:
    changes = store.counts.changes(session)
    if wanted.handler_id is not None:
        tables = store.counts.tables("handler", reader, wanted.handler_id, session)
        counted = figures(by, "handler", wanted, reader, tables, changes)
        return counted, counted.total()
    kind: Kind = "unit" if by == "unit" or wanted.unit_id is not None else "all"
    tables = store.counts.tables(kind, reader, wanted.unit_id, session)
    counted = figures("state" if by == "handler" else by, kind, wanted, reader, tables, changes)
    if by != "handler":
        return counted, counted.total()
    by_person = store.counts.tables("handler", reader, None, session)
    return figures("handler", "handler", wanted, reader, by_person, changes), counted.total()
