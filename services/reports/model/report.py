"""Who may read a report, what its reporter sees, and the ways in which the service refuses."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from services.reports.model.answering import DECISIONS

RECEIVED = "received"

# States with a result that the reporter may be content with or not; the first two come from the case.
RATED_STATES = frozenset({"handled", "closed", *DECISIONS})

# The inbox of one report; beyond it, somebody is filling the disk.
MAX_MESSAGES = 500


@dataclass
class ReceiptUnknown(Exception):
    """No report has this receipt."""


@dataclass
class NotYetRated(Exception):
    """A rating before there is a result. ``state``: what the reporter sees now."""

    state: str


@dataclass
class AlreadyRated(Exception):
    """Another rating than the one that was given."""


@dataclass
class AlreadyAnswered(Exception):
    """The suggestion has another answer already. ``state``: adopted or not adopted."""

    state: str


@dataclass
class InboxFull(Exception):
    """The report holds as many messages as it may."""

    limit: int


@dataclass
class ContentUnreadable(Exception):
    """Sealed content that does not open: it was changed in the database."""

    report_id: str


@dataclass
class KeyMissing(Exception):
    """The private key that the content was sealed to is not among those the service was given."""

    key_id: str


@dataclass(frozen=True)
class Reader:
    """A member of staff who asks for content. ``units``: their own unit and all above it."""

    id: str
    roles: frozenset[str]
    units: frozenset[str]


def may_read_case_report(reader: Reader, case: Mapping[str, Any], about: Collection[str] = ()) -> bool:
    """The desk, and the handlers of this very case; nobody of a unit that the report is about, and nobody who must keep
    out of the case.

    ``case``: as it told of itself last. ``about``: further units that the report is about.
    《信访工作条例》第三十条: report material never goes to the person or unit reported.
    """
    if not reader.units.isdisjoint((*case["excluded_unit_ids"], *about)):
        return False
    if reader.id in case.get("excluded_person_ids", ()):
        return False
    handlers = (case["handler_id"], *case.get("joint_handler_ids", ()))
    return "desk" in reader.roles or ("handler" in reader.roles and reader.id in handlers)


def may_read_suggestion(reader: Reader, excluded_unit_ids: Collection[str]) -> bool:
    """The desk, save those of a unit that the suggestion is about."""
    return "desk" in reader.roles and reader.units.isdisjoint(excluded_unit_ids)


def cases_of(report: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """The cases by which a report may be read, as they told of themselves last: the one that it opened, and parts of
    it. A part may tell before the case that it was split off.
    """
    return (*((report["case"],) if "case" in report else ()), *report.get("parts", ()))


def without_absent(value: Any) -> Any:
    """``value`` without empty texts and ``None`` in its objects, so that only what was said is sealed."""
    if isinstance(value, dict):
        kept = {key: without_absent(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner not in (None, "")}
    if isinstance(value, list):
        return [without_absent(inner) for inner in value]
    return value
