"""What waits for the staff: reports and suggestions with messages that nobody has marked as read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.call import Call
from services.reports.handlers.accesses import reader
from services.reports.model import inbox
from services.reports.model.report import Reader
from services.reports.store import ReportsStore


def list_inbox(store: ReportsStore, request: dict[str, Any], call: Call) -> dict[str, Any]:
    """A page of what waits for the person who asks, the newest first; nothing of its content."""
    who = reader(call.actor)
    found = store.reports.waiting(inbox.inbox_scope(who), request["limit"], request["cursor"])
    return {**found, "items": [_item(report, who) for report in found["items"]]}


def _item(report: Mapping[str, Any], who: Reader) -> dict[str, Any]:
    case = inbox.read_by(who, report)
    return {
        "kind": report["kind"],
        "case_id": case.get("id"),
        "number": case.get("number"),
        "suggestion_id": report["_id"] if report["kind"] == "suggestion" else None,
        "unread": inbox.unread(report, inbox.STAFF),
        "last_message_at": report["reporter_wrote_at"],
    }
