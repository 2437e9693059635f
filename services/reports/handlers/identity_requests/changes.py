"""What every change of a request is made of: what somebody said, sealed, and the event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from contracts.event import Draft
from contracts.reports.events import IdentityRequestChangedV1
from services.reports import sealing

# What is said in a request, by the field of its document: by who asked, with the decision, and when it was ended.
ASKED, DECISION, END = "asked", "decision", "end"


def sealed(data_key: bytes, report_id: str, request_id: str, field: str, said: Mapping[str, str]) -> bytes:
    """What was said, sealed with the report's data key for this field of this request."""
    return sealing.seal_text(data_key, report_id, _place(request_id, field), orjson.dumps(said))


def said(data_key: bytes, request: Mapping[str, Any], field: str) -> dict[str, str]:
    """What was said; nothing where the field is not there. ``ContentUnreadable`` when it was changed."""
    if field not in request:
        return {}
    text = sealing.open_text(data_key, request["report_id"], _place(request["_id"], field), request[field])
    opened: dict[str, str] = orjson.loads(text)
    return opened


def changed(request: Mapping[str, Any], state: str, at: datetime, until: datetime | None = None) -> Draft:
    """The event that tells of a change."""
    return IdentityRequestChangedV1.draft(
        request["_id"],
        request_id=request["_id"],
        report_id=request["report_id"],
        case_id=request["case_id"],
        number=request["number"],
        requester_id=request["requester_id"],
        state=state,
        until=until,
        at=at,
    )


def _place(request_id: str, field: str) -> str:
    return f"identity-request/{request_id}/{field}"
