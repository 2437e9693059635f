"""The reporter's side: what the holder of a receipt sees and says."""

from __future__ import annotations

from typing import Any

from chassis import clock
from contracts.call import Call
from services.reports import sealing
from services.reports.handlers import messages
from services.reports.handlers.receipts import report_of
from services.reports.model import report as rules
from services.reports.sealing import Sealer
from services.reports.store import ReportsStore

# How many messages come with the report itself.
SHOWN_MESSAGES = 50


def read_current(store: ReportsStore, sealer: Sealer, request: dict[str, Any]) -> dict[str, Any]:
    """State, history, messages; ``ReceiptUnknown``."""
    report, data_key = _opened(store, sealer, request["receipt"])
    return {
        "kind": report["kind"],
        "category": report["category"],
        "received_at": report["received_at"],
        "state": report["state"],
        "history": report["history"],
        "due_at": report.get("due_at"),
        "messages": [
            messages.opened(message, data_key) for message in store.messages.newest(report["_id"], SHOWN_MESSAGES)
        ],
        "answer": answer_of(report, data_key),
        "rating": rating_of(report, data_key),
    }


def list_messages(store: ReportsStore, sealer: Sealer, request: dict[str, Any]) -> dict[str, Any]:
    """A page of all messages, oldest first; ``ReceiptUnknown``."""
    report, data_key = _opened(store, sealer, request["receipt"])
    found = store.messages.page(report["_id"], request["limit"], request["cursor"])
    return {**found, "items": [messages.opened(message, data_key) for message in found["items"]]}


def post_message(store: ReportsStore, sealer: Sealer, request: dict[str, Any], call: Call) -> dict[str, Any]:
    """A message to the staff; ``ReceiptUnknown``, ``InboxFull``, ``IdempotencyKeyReused``."""
    report, data_key = _opened(store, sealer, request["receipt"])
    return messages.post(store, sealer, report["_id"], data_key, request["text"], call)


def rate(store: ReportsStore, sealer: Sealer, request: dict[str, Any], call: Call) -> dict[str, Any]:
    """Satisfied or not, once; ``ReceiptUnknown``, ``NotYetRated``, ``AlreadyRated`` unless it is the same
    again."""
    report, data_key = _opened(store, sealer, request["receipt"])
    if report["state"] not in rules.RATED_STATES:
        raise rules.NotYetRated(report["state"])
    said = {"satisfied": request["satisfied"], "reason": request["reason"] or None}
    rating = {"satisfied": said["satisfied"], "at": clock.to_the_hour(call.now)}
    if said["reason"]:
        rating["reason"] = sealing.seal_text(data_key, report["_id"], "rating", said["reason"].encode())
    if store.reports.rate(report["_id"], rating):
        return {**said, "at": rating["at"]}
    report, data_key = _opened(store, sealer, request["receipt"])
    earlier = rating_of(report, data_key)
    if earlier is None or {name: earlier[name] for name in said} != said:
        raise rules.AlreadyRated
    return earlier


def answer_of(report: dict[str, Any], data_key: bytes) -> dict[str, Any] | None:
    """The answer to a suggestion, opened."""
    answer = report.get("answer")
    if answer is None:
        return None
    because = sealing.open_text(data_key, report["_id"], "answer", answer["because"])
    return {"decision": answer["decision"], "because": because.decode(), "at": answer["at"]}


def rating_of(report: dict[str, Any], data_key: bytes) -> dict[str, Any] | None:
    """The reporter's rating, opened."""
    rating = report.get("rating")
    if rating is None:
        return None
    sealed = rating.get("reason")
    reason = sealing.open_text(data_key, report["_id"], "rating", sealed).decode() if sealed else None
    return {"satisfied": rating["satisfied"], "reason": reason, "at": rating["at"]}


def _opened(store: ReportsStore, sealer: Sealer, receipt: str) -> tuple[dict[str, Any], bytes]:
    report = report_of(store, sealer, receipt)
    return report, sealer.data_key_for_reporter(report["_id"], report["data_key"], receipt)
