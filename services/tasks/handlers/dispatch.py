"""Document numbers 文号 for what a case sends out."""

from __future__ import annotations

from dataclasses import replace

from pymongo.client_session import ClientSession

from services.tasks.model.calendar import local_day
from services.tasks.model.case import Case, Entry
from services.tasks.model.dispatch import dispatch_number, kind_of
from services.tasks.model.refusals import invalid
from services.tasks.store import TasksStore

# Where the configuration names no other: short for the bureau's name, as document numbers begin with it.
PREFIX = "明司"


def numbered(store: TasksStore, case: Case, entry: Entry, prefix: str, session: ClientSession) -> Entry:
    """The entry with the number of the document that it sends: the one that was written by hand, else the next of the
    year and the kind. ``Invalid`` when the hand took one that is used already.
    """
    number = entry.details.get("document_number")
    if number is None:
        number = next_number(store, prefix, kind_of(entry.action, case.route), local_day(entry.at).year, session)
    elif store.dispatches.is_taken(number, session):
        raise invalid("document_number", "cases.document_number_taken")
    store.dispatches.register(number, case.id, entry.action, entry.at, session)
    return replace(entry, details={**entry.details, "document_number": number})


def next_number(store: TasksStore, prefix: str, kind: str, year: int, session: ClientSession) -> str:
    """The next number of this kind in this year that nobody has written by hand before; not registered yet."""
    while True:
        number = dispatch_number(prefix, kind, year, store.dispatches.next_count(prefix, kind, year, session))
        if not store.dispatches.is_taken(number, session):
            return number
