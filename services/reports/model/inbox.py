"""The inbox of a report: two sides, what each has not read yet, and whose inboxes a member of staff looks through.

A report keeps per side how many messages it sent, up to which number it has read, and how many of the other side's
messages it has not read. Each message keeps how many each side had sent when it came, so that what is left to read
after it is a subtraction and no count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.reports.model.report import Reader, cases_of, may_read_case_report

REPORTER = "reporter"
STAFF = "staff"
SIDES = (REPORTER, STAFF)


def other(side: str) -> str:
    """The side that a message of ``side`` is for."""
    return STAFF if side == REPORTER else REPORTER


def sent_after(sent: Mapping[str, int], author: str) -> dict[str, int]:
    """How many messages each side has sent once ``author`` has sent another."""
    return {side: sent.get(side, 0) + (side == author) for side in SIDES}


def is_unread(message: Mapping[str, Any], side: str, report: Mapping[str, Any]) -> bool:
    """Whether ``side`` has still to read this message of the other side."""
    return bool(message["author"] != side and message["number"] > report.get("read", {}).get(side, 0))


def unread(report: Mapping[str, Any], side: str) -> int:
    """How many messages of the other side this one has not read."""
    count: int = report.get("unread", {}).get(side, 0)
    return count


@dataclass(frozen=True)
class InboxScope:
    """Whose inboxes a person looks through. ``handler_id``: only those of cases that this person handles, alone,
    jointly or in a part; None = all, and those of suggestions. ``hidden_units``: none about one of these.
    ``person_id``: none from which this person must keep out.
    """

    handler_id: str | None
    hidden_units: frozenset[str]
    person_id: str


def inbox_scope(reader: Reader) -> InboxScope:
    """The desk sees what waits in all cases and suggestions, a handler what waits in their own cases; both without
    what is about a unit of theirs, as ``may_read_case_report`` and ``may_read_suggestion`` have it.
    """
    return InboxScope(None if "desk" in reader.roles else reader.id, reader.units, reader.id)


def read_by(reader: Reader, report: Mapping[str, Any]) -> Mapping[str, Any]:
    """The case by which the report opens for this reader: its own before its parts; empty where there is none yet.

    ``report``: as ``store.reports.waiting`` found it for them.
    """
    opens = (case for case in cases_of(report) if may_read_case_report(reader, case, report["subject_unit_ids"]))
    return next(opens, {})
