"""The one extension 延长 of a time limit: asked for by desk or handler, decided by the leader named, in person.

``extend``, ``ask`` and ``refuse`` take the case after its row of the table, and the entry, as the effects of
``applying.apply`` do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from services.tasks.model.clocks import Extension, is_extendable

if TYPE_CHECKING:
    from services.tasks.model.case import Case, Entry


@dataclass(frozen=True)
class ExtensionRequest:
    """``days`` more are asked for, of ``approver_id``, on a ground that the reporter reads once it is approved."""

    days: int
    approver_id: str
    ground: str
    at: datetime
    by_id: str | None


def extend(case: Case, entry: Entry) -> Case:
    """Every clock that may be longer is, by the days that were approved."""
    details = entry.details
    extension = Extension(details["days"], details["approver_id"], entry.at, details.get("ground", "complex"))
    extended = tuple(replace(clock, extension=extension) if is_extendable(clock) else clock for clock in case.clocks)
    return replace(case, clocks=extended, extension_request=None)


def ask(case: Case, entry: Entry) -> Case:
    """The request takes the place of an earlier one that was not decided."""
    details = entry.details
    ground = details.get("ground", "complex")
    request = ExtensionRequest(details["days"], details["approver_id"], ground, entry.at, entry.by_id)
    return replace(case, extension_request=request)


def refuse(case: Case, _entry: Entry) -> Case:
    """The request is decided, nothing is longer."""
    return replace(case, extension_request=None)


def granted(request: ExtensionRequest) -> dict[str, Any]:
    """What the approving entry records, so that it says all by itself."""
    return {"days": request.days, "approver_id": request.approver_id, "ground": request.ground}
