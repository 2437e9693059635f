"""What oversight keeps with a case, between the model's dataclasses and the stored form."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from services.tasks.model.case import Case
from services.tasks.model.dates import Dates
from services.tasks.model.extending import ExtensionRequest
from services.tasks.model.supervision import Supervision

Document = dict[str, Any]

# Where nothing comes any more: the field is always there, so lists can be in its order.
NEVER = datetime(9999, 12, 31, tzinfo=UTC)


def date_fields(dates: Dates) -> Document:
    """The dates of a case. ``open_due_at`` is there where it differs from ``next_due_at``, else null or absent."""
    differs = dates.open_due_at != dates.next_due_at
    return {
        "next_due_at": dates.next_due_at or NEVER,
        "open_due_at": (dates.open_due_at or NEVER) if differs else None,
        "next_stage_at": dates.next_stage_at or NEVER,
    }


def date_fields_at_opening(dates: Dates) -> Document:
    """The same without what is empty."""
    return {name: value for name, value in date_fields(dates).items() if value is not None}


def oversight_fields(case: Case) -> Document:
    """What an action can change of it."""
    request = case.extension_request
    fields: Document = {"level": case.level, "extension_request": vars(request) if request else None}
    if case.supervisions:
        fields["supervisions"] = [supervision_document(order) for order in case.supervisions]
    return fields


def supervision_document(order: Supervision) -> Document:
    """An order as it is stored and shown; a day is a text in both."""
    return {**vars(order), "due_on": order.due_on.isoformat() if order.due_on else None}


def supervisions_of(document: Document) -> tuple[Supervision, ...]:
    """The orders of a stored case."""
    return tuple(
        Supervision(**{**one, "due_on": date.fromisoformat(one["due_on"]) if one["due_on"] else None})
        for one in document.get("supervisions", ())
    )


def extension_request_of(document: Document) -> ExtensionRequest | None:
    """The request of a stored case that is not decided yet."""
    request = document.get("extension_request")
    return ExtensionRequest(**request) if request else None
