"""The reporter's side: what the holder of a receipt sees and says."""

from __future__ import annotations

from typing import Any

from contracts.call import Call
from services.reports import sealing
from services.reports.handlers import messages, ratings
from services.reports.handlers.identity_requests import seen_by_reporter
from services.reports.handlers.receipts import report_of
from services.reports.model import inbox
from services.reports.model.identity_requests import with_requests
from services.reports.model.ratings import may_rate
from services.reports.model.steps import Step, steps
from services.reports.sealing import Sealer
from services.reports.store import ReportsStore


def read_current(store: ReportsStore, sealer: Sealer, request: dict[str, Any], call: Call) -> dict[str, Any]:
    """State, history, steps, messages, who asked for the identity; ``ReceiptUnknown``. Marks nothing as read."""
    report, data_key = _opened(store, sealer, request["receipt"])
    requests = seen_by_reporter(store, report, call.now)
    return {
        "kind": report["kind"],
        "category": report["category"],
        "received_at": report["received_at"],
        "state": report["state"],
        "history": with_requests(report["history"], requests) if requests else report["history"],
        "due_at": report.get("due_at"),
        "steps": [_step(step) for step in steps(report, call.now)],
        "unread": inbox.unread(report, inbox.REPORTER),
        "messages": messages.newest(store, report, data_key, inbox.REPORTER),
        "answer": answer_of(report, data_key),
        **ratings.told(report, data_key),
        "may_rate": may_rate(report),
        "identity_requests": requests,
    }


def list_messages(store: ReportsStore, sealer: Sealer, request: dict[str, Any]) -> dict[str, Any]:
    """A page of all messages, oldest first; ``ReceiptUnknown``."""
    report, data_key = _opened(store, sealer, request["receipt"])
    return messages.page(store, report, data_key, inbox.REPORTER, request)


def post_message(store: ReportsStore, sealer: Sealer, request: dict[str, Any], call: Call) -> dict[str, Any]:
    """A message to the staff; ``ReceiptUnknown``, and as ``messages.post``."""
    report, data_key = _opened(store, sealer, request["receipt"])
    return messages.post(store, sealer, report, data_key, request, call)


def mark_read(store: ReportsStore, sealer: Sealer, request: dict[str, Any]) -> dict[str, Any]:
    """The reporter has read the messages of the staff up to ``up_to``; ``ReceiptUnknown``, ``NotFound``."""
    report = report_of(store, sealer, request["receipt"])
    return messages.mark_read(store, report, inbox.REPORTER, request["up_to"])


def answer_of(report: dict[str, Any], data_key: bytes) -> dict[str, Any] | None:
    """The answer to a suggestion, opened."""
    answer = report.get("answer")
    if answer is None:
        return None
    because = sealing.open_text(data_key, report["_id"], "answer", answer["because"])
    return {"decision": answer["decision"], "because": because.decode(), "at": answer["at"]}


def _opened(store: ReportsStore, sealer: Sealer, receipt: str) -> tuple[dict[str, Any], bytes]:
    report = report_of(store, sealer, receipt)
    return report, sealer.data_key_for_reporter(report["_id"], report["data_key"], receipt)


def _step(step: Step) -> dict[str, Any]:
    moved = [{**move, "text_code": f"case.moved.{move['reason']}"} for move in step.moved]
    told = {"step": step.step, "state": step.state, "due_at": step.due_at, "moved": moved}
    return told | ({"done_at": step.done_at} if step.done_at else {})
