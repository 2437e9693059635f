"""What a case sends out of the bureau's hands: its transfer to a body, and the requests for assistance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from services.tasks.model.bodies import addressee
from services.tasks.model.rules import ABOVE

# What became of a transfer, and of a request for assistance.
SENT, ACKNOWLEDGED, DECLINED = "sent", "acknowledged", "declined"
OPEN, ANSWERED, WITHDRAWN = "open", "answered", "withdrawn"

# The word in the document number by which one sees what was sent. What is sent to the level above counts by itself, so
# that no number left out tells the bureau of a case about its own head.
_KINDS: Mapping[str, str] = {"transfer": "转", "request_assistance": "协"}
_REPORTED_ABOVE = "报"


@dataclass(frozen=True)
class Transfer:
    """The last transfer of a case. ``document_number``: the bureau's own; ``answer_number`` and ``answered_on``: of the
    body's answer, as far as there is one.
    """

    body: str
    body_name: str | None
    document_number: str | None
    at: datetime
    state: str = SENT
    answer_number: str | None = None
    answered_on: date | None = None


@dataclass(frozen=True)
class Assistance:
    """A request for assistance, numbered within its case from 1, to a body or to a unit of the bureau."""

    number: int
    body: str | None
    body_name: str | None
    unit_id: str | None
    document_number: str | None
    at: datetime
    state: str = OPEN


def sends(action: str) -> bool:
    """Whether the action sends a document out."""
    return action in _KINDS


def kind_of(action: str, route: str) -> str:
    """The kind of the document that the action on a case of this route sends."""
    return _REPORTED_ABOVE if route == ABOVE else _KINDS[action]


def dispatch_number(prefix: str, kind: str, year: int, count: int) -> str:
    """The document number of the ``count``-th document of its kind in a year: ``明司转〔2026〕12号``."""
    return f"{prefix}{kind}〔{year}〕{count}号"


def sent(details: Mapping[str, Any], at: datetime) -> Transfer:
    """The transfer that an action with these details makes."""
    body, name = addressee(details["body"], details.get("body_name"))
    return Transfer(body, name, details.get("document_number"), at)


def acknowledged(transfer: Transfer, details: Mapping[str, Any]) -> Transfer:
    """The body has taken the case over."""
    answered_on = date.fromisoformat(details["answered_on"])
    return replace(transfer, state=ACKNOWLEDGED, answer_number=details.get("answer_number"), answered_on=answered_on)


def requested(requests: tuple[Assistance, ...], details: Mapping[str, Any], at: datetime) -> tuple[Assistance, ...]:
    """With the request that an action with these details makes."""
    body, name = addressee(details["body"], details.get("body_name")) if "body" in details else (None, None)
    new = Assistance(details["request"], body, name, details.get("unit_id"), details.get("document_number"), at)
    return (*requests, new)


def ended(requests: Iterable[Assistance], state: str, number: int | None = None) -> tuple[Assistance, ...]:
    """The open request ``number``, or all that are open, brought to this state."""
    return tuple(
        replace(one, state=state) if one.state == OPEN and number in (None, one.number) else one for one in requests
    )


def open_requests(requests: Iterable[Assistance]) -> list[int]:
    """The numbers of those that wait for an answer."""
    return [one.number for one in requests if one.state == OPEN]
