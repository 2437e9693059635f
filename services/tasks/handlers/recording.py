"""An entry on a case, and what follows from it for the cases that hang together with it, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from contracts.event import Received
from services.tasks.documents import case_of
from services.tasks.handlers.writing import write
from services.tasks.model import merging, splitting
from services.tasks.model.applying import apply
from services.tasks.model.case import Case, Entry
from services.tasks.model.conflict import kept_from
from services.tasks.model.exclusion import kept_out_too
from services.tasks.model.transitions import KEEP_FROM
from services.tasks.store import TasksStore

Document = dict[str, Any]


def record(
    store: TasksStore,
    document: Document,
    case: Case,
    entry: Entry,
    now: datetime,
    *,
    session: Any = None,
    cause: Received | None = None,
    rated_by: str | None = None,
) -> Document:
    """The document after ``entry``, which was decided on ``document``; ``Stale`` when somebody else came first.

    One write of one document for all but the few cases that lead others, or are part of one. ``cause``: the event that
    led to it, for its trace. ``rated_by``: the case whose reporter asked for a re-examination, if not this one.
    """
    after = apply(case, entry)
    if not _concerns_others(case, after, entry):
        return write(store, document, case, entry, now, session=session, cause=cause)

    def run(session: Any) -> Document:
        done = write(store, document, case, entry, now, session=session, cause=cause)
        tell_followers(store, after, entry, now, session, rated_by=rated_by)
        if splitting.is_news(case, after):
            _tell_the_whole(store, after, entry, now, session)
        if after.excluded_person_ids != case.excluded_person_ids:
            tell_parts(store, after, entry, now, session)
        if entry.action == KEEP_FROM.action:
            for other in _told_of_the_conflict(after):
                _keep_from(store, other, after, entry, now, session)
        return done

    return run(session) if session is not None else store.transaction(run)


def tell_followers(
    store: TasksStore, leading: Case, entry: Entry, now: datetime, session: Any, *, rated_by: str | None = None
) -> None:
    """Writes what ``entry`` made of the leading case to all that follow it, as far as it matters to their reporters."""
    for follower in leading.followers:
        document = store.case(follower.case_id, session)
        if document is None:
            continue
        case = case_of(document)
        told = merging.follow(case, leading, entry, rated_by)
        if told is not None:
            write(store, document, case, told, now, session=session)
            tell_parts(store, apply(case, told), told, now, session)


def tell_parts(store: TasksStore, whole: Case, entry: Entry, now: datetime, session: Any) -> None:
    """Keeps people and units that must keep out of the whole out of its parts, which are about the same report."""
    for one in whole.parts:
        document = store.case(one.case_id, session)
        if document is None:
            continue
        part = case_of(document)
        kept_out = kept_out_too(part, whole, entry)
        if kept_out is not None:
            record(store, document, part, kept_out, now, session=session)
        _keep_from(store, one.case_id, whole, entry, now, session)


def _concerns_others(case: Case, after: Case, entry: Entry) -> bool:
    if after.followers or splitting.is_news(case, after):
        return True
    if after.parts and after.excluded_person_ids != case.excluded_person_ids:
        return True
    return entry.action == KEEP_FROM.action and any(_told_of_the_conflict(after))


def _tell_the_whole(store: TasksStore, part: Case, entry: Entry, now: datetime, session: Any) -> None:
    document = store.case(part.split_from, session) if part.split_from else None
    if document is not None:
        whole = case_of(document)
        note = splitting.note_part(whole, part, entry)
        write(store, document, whole, note, now, session=session)
        tell_followers(store, apply(whole, note), note, now, session)


def _told_of_the_conflict(case: Case) -> Iterator[str]:
    """The cases with the same report, or with what it says: the one that leads, the parts."""
    if case.merged_into is not None:
        yield case.merged_into
    yield from (part.case_id for part in case.parts)


def _keep_from(store: TasksStore, case_id: str, told_by: Case, entry: Entry, now: datetime, session: Any) -> None:
    document = store.case(case_id, session)
    if document is None:
        return
    case = case_of(document)
    kept = kept_from(case, told_by.excluded_unit_ids, entry.at)
    if kept is not None:
        record(store, document, case, kept, now, session=session)
