"""Actions that are about two cases: merging, separating, splitting. Each is one transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from chassis.ids import new_id
from contracts.call import Actor
from services.tasks.documents import case_of, changed_fields, new_case_document
from services.tasks.handlers.exclusion import staff_of
from services.tasks.handlers.progress import progressed
from services.tasks.handlers.recording import record, tell_followers, tell_parts
from services.tasks.handlers.writing import write
from services.tasks.holidays import CALENDAR
from services.tasks.model import merging, splitting
from services.tasks.model.applying import apply
from services.tasks.model.calendar import local_day
from services.tasks.model.case import Case, Entry
from services.tasks.model.conflict import sees
from services.tasks.model.dates import dates_of
from services.tasks.model.exclusion import check_somebody_left
from services.tasks.store import TasksStore

Document = dict[str, Any]

_Take = Callable[[TasksStore, Document, Case, Entry, Actor, datetime, Any], Document]


def is_about_two(action: str) -> bool:
    """Whether this action needs a transaction, and ``take``."""
    return action in _TAKES


def take(
    store: TasksStore, document: Document, case: Case, entry: Entry, actor: Actor, now: datetime, session: Any
) -> Document:
    """The document after such an action, which was decided on ``document``; within a transaction.

    Raises ``Invalid`` when the other case does not allow it.
    """
    return _TAKES[entry.action](store, document, case, entry, actor, now, session)


def _merge(
    store: TasksStore, document: Document, case: Case, entry: Entry, actor: Actor, now: datetime, session: Any
) -> Document:
    other = store.case(entry.details["into"], session)
    known = case_of(other) if other is not None else None
    leading = merging.check_merge(case, known if known is not None and sees(actor, known) else None)
    if other is None:
        raise LookupError(f"no case {leading.id}")
    if new := set(case.excluded_person_ids) - set(leading.excluded_person_ids):
        check_somebody_left(leading, new, staff_of(store, session), "into")
    taken = merging.absorb(leading, case, entry)
    other = write(store, other, leading, taken, now, session=session)
    leading = apply(leading, taken)
    handed_back = merging.handed_back(leading, entry)
    if handed_back is not None:
        write(store, other, leading, handed_back, now, session=session)
        leading = apply(leading, handed_back)
    follows = merging.merged(entry, leading)
    done = write(store, document, case, follows, now, session=session)
    # The one that is merged now knows it all already; what followed it, and what followed the other before, does not.
    tell_followers(store, leading, handed_back or taken, now, session)
    tell_parts(store, leading, taken, now, session)
    tell_parts(store, apply(case, follows), follows, now, session)
    return done


def _separate(
    store: TasksStore, document: Document, case: Case, entry: Entry, _actor: Actor, now: datetime, session: Any
) -> Document:
    other = store.case(case.merged_into, session) if case.merged_into else None
    if other is None:
        raise LookupError(f"no case leads {case.id}")
    leading = case_of(other)
    let_go = merging.let_go(leading, case, entry)
    record(store, other, leading, let_go, now, session=session)
    return write(store, document, case, merging.separated(entry, leading), now, session=session)


def _split(
    store: TasksStore, document: Document, case: Case, entry: Entry, _actor: Actor, now: datetime, session: Any
) -> Document:
    (number,) = store.numbers.take(local_day(now).year, 1)
    part = splitting.split_off(case, entry, new_id(), number)
    first = splitting.opening_entry(part, entry)
    dates = dates_of(part.clocks, now, CALENDAR)
    new = {**new_case_document(part, first, dates), **changed_fields(part, dates)}
    store.add_case(new, progressed(part, first, dates.next_due_at, now), session)
    return record(store, document, case, splitting.divided(entry, part), now, session=session)


_TAKES: dict[str, _Take] = {"merge": _merge, "separate": _separate, "split": _split}
