"""The one extension 延长 of a time limit: asked for by desk or handler, decided by the leader named, in person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class ExtensionRequest:
    """``days`` more are asked for, of ``approver_id``, on a ground that the reporter reads once it is approved."""

    days: int
    approver_id: str
    ground: str
    at: datetime
    by_id: str | None


def asked(details: Mapping[str, Any], by_id: str | None, at: datetime) -> ExtensionRequest:
    """The request of this entry; it takes the place of an earlier one that was not decided."""
    return ExtensionRequest(details["days"], details["approver_id"], details.get("ground", "complex"), at, by_id)


def granted(request: ExtensionRequest) -> dict[str, Any]:
    """What the approving entry records, so that it says all by itself."""
    return {"days": request.days, "approver_id": request.approver_id, "ground": request.ground}
