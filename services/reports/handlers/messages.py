"""Messages between staff and reporter: sealed with the report's data key, which each side opens in its own
way."""

from __future__ import annotations

from typing import Any

from chassis import clock
from chassis.refusals import IdempotencyKeyReused
from contracts.call import Call
from services.reports import sealing
from services.reports.model import report as rules
from services.reports.sealing import Sealer
from services.reports.store import ReportsStore


def post(
    store: ReportsStore,
    sealer: Sealer,
    report_id: str,
    data_key: bytes,
    text: str,
    call: Call,
    *,
    staff_id: str | None = None,
) -> dict[str, Any]:
    """Add a message, by the reporter unless ``staff_id`` names its author; the message as both will read it.

    Raises ``InboxFull``, ``IdempotencyKeyReused``.
    """
    message_id = _id(sealer, report_id, staff_id, call.idempotency_key)
    message = store.messages.get(message_id) if call.idempotency_key else None
    if message is None:
        message = {
            "_id": message_id,
            "report_id": report_id,
            "number": _number(store, report_id),
            "author": "staff" if staff_id else "reporter",
            "at": call.now if staff_id else clock.to_the_hour(call.now),
            "sealed": sealing.seal_text(data_key, report_id, _field(message_id), text.encode()),
        }
        message = store.messages.add(message | ({"staff_id": staff_id} if staff_id else {}))
    told = opened(message, data_key)
    if told["text"] != text:
        raise IdempotencyKeyReused
    return told


def opened(message: dict[str, Any], data_key: bytes) -> dict[str, Any]:
    """A message as either side reads it."""
    text = sealing.open_text(data_key, message["report_id"], _field(message["_id"]), message["sealed"])
    return {"id": message["_id"], "at": message["at"], "author": message["author"], "text": text.decode()}


def _id(sealer: Sealer, report_id: str, staff_id: str | None, idempotency_key: str | None) -> str:
    if idempotency_key is None:
        return sealing.new_id()
    return sealer.id_of(f"message/{report_id}/{staff_id or ''}", idempotency_key)


def _field(message_id: str) -> str:
    return f"message/{message_id}"


def _number(store: ReportsStore, report_id: str) -> int:
    number = store.reports.next_message_number(report_id, rules.MAX_MESSAGES)
    if number is None:
        raise rules.InboxFull(rules.MAX_MESSAGES)
    return number
