"""Identity requests: their states, who may know, decide and open, and what the reporter is told of them.

    asked ──▶ approved ──▶ revoked
      │           └──────▶ over
      └─────▶ refused

``over`` is a matter of the clock: whoever asks after ``until`` finds it so, whether or not anything was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from typing import Any

from services.reports.model.report import Reader

ASKED = "asked"
APPROVED = "approved"
REFUSED = "refused"
REVOKED = "revoked"
OVER = "over"

# Who knows of requests without being the one who asks.
_CUSTODIAN = "custodian"
_FOLLOWING = frozenset({_CUSTODIAN, "supervisor", "auditor"})


@dataclass
class ReporterAnonymous(Exception):
    """The report has no identity that could be asked for."""


@dataclass
class IdentityRequestOpen(Exception):
    """The person has an open request for this case already. ``request_id``: which one; ``state``: asked or approved."""

    request_id: str
    state: str


@dataclass
class OwnIdentityRequest(Exception):
    """Nobody decides what they asked for themselves."""


@dataclass
class IdentityRequestState(Exception):
    """The request is in a ``state`` in which this cannot be done."""

    state: str


def standing(request: Mapping[str, Any], now: datetime) -> str:
    """The state at this moment."""
    state: str = request["state"]
    return OVER if state == APPROVED and request["until"] <= now else state


def may_know(person: Reader, request: Mapping[str, Any], report: Mapping[str, Any]) -> bool:
    """Whoever asked, the custodians, and those who follow the progress; nobody of a unit that the report is about, and
    nobody who is kept out of the case that the request is for.

    ``report``: ``subject_unit_ids``, ``case`` and, where it was split, ``parts``.
    """
    cases = (report["case"], *report.get("parts", ()))
    case = next((one for one in cases if one["id"] == request["case_id"]), report["case"])
    kept_from = {*report["subject_unit_ids"], *case["excluded_unit_ids"]}
    if not person.units.isdisjoint(kept_from) or person.id in case.get("excluded_person_ids", ()):
        return False
    return person.id == request["requester_id"] or not person.roles.isdisjoint(_FOLLOWING)


def sees_all(person: Reader) -> bool:
    """Whether the person finds everybody's requests, or their own alone."""
    return not person.roles.isdisjoint(_FOLLOWING)


def may_read_reasons(person: Reader, requester_id: str) -> bool:
    """The custodians, who decide by them, and who asked."""
    return person.id == requester_id or _CUSTODIAN in person.roles


def may_take_key(person: Reader, request: Mapping[str, Any]) -> bool:
    """A custodian who may decide on it takes the identity's key along, sealed as it is, while it is to be decided."""
    return _CUSTODIAN in person.roles and person.id != request["requester_id"] and request["state"] == ASKED


def check_decidable(person: Reader, request: Mapping[str, Any]) -> None:
    """Raises ``OwnIdentityRequest``, ``IdentityRequestState`` for one that was decided."""
    if person.id == request["requester_id"]:
        raise OwnIdentityRequest
    if request["state"] != ASKED:
        raise IdentityRequestState(request["state"])


def check_open(request: Mapping[str, Any], now: datetime) -> None:
    """Raises ``IdentityRequestState`` unless it is approved and its time is not over."""
    state = standing(request, now)
    if state != APPROVED:
        raise IdentityRequestState(state)


def seen_by_reporter(
    request: Mapping[str, Any], openings: Iterable[tuple[datetime, int]], now: datetime
) -> dict[str, Any]:
    """What the reporter reads of a request: nobody's name. ``openings``: hours, and how often in each."""
    approved = "until" in request
    return {
        "state": standing(request, now),
        "purpose": request["purpose"],
        "asked_at": request["asked_at"],
        "decided_at": request.get("decided_at"),
        "open_from": request["decided_at"] if approved else None,
        "open_until": min(request["until"], request.get("ended_at", request["until"])) if approved else None,
        "openings": [{"at": at, "times": times} for at, times in openings],
    }


def with_requests(history: list[dict[str, Any]], seen: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The reporter's history with a line for each thing that happened to these requests, in the order of time.

    The lines of the case keep their own order; a line of a request has the state that the report was in.
    """
    lines = sorted((line for request in seen for line in _lines(request)), key=lambda line: line["at"])
    together = []
    state = history[0]["state"] if history else ""
    for entry in merge(history, lines, key=lambda entry: entry["at"]):
        state = entry.get("state", state)
        together.append({**entry, "state": state})
    return together


def _lines(request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield _line(request["asked_at"], ASKED)
    if request["decided_at"]:
        yield _line(request["decided_at"], REFUSED if request["state"] == REFUSED else APPROVED)
    for hour in request["openings"]:
        yield _line(hour["at"], "opened")
    if request["state"] in (REVOKED, OVER):
        yield _line(request["open_until"], request["state"])


def _line(at: datetime, what: str) -> dict[str, Any]:
    return {"at": at, "text_code": f"reports.progress.identity_{what}"}
