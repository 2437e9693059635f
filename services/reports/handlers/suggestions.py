"""Suggestions: listed, read and answered by the desk; adopted or not, because."""

from __future__ import annotations

from typing import Any

from chassis.refusals import NotFound, Stale
from contracts.call import Call
from services.reports import retention, sealing
from services.reports.handlers import messages
from services.reports.handlers.accesses import reader, record
from services.reports.handlers.reporter import answer_of
from services.reports.handlers.staff import read_content
from services.reports.model import inbox
from services.reports.model import report as rules
from services.reports.sealing import Sealer
from services.reports.store import ReportsStore


def list_suggestions(store: ReportsStore, request: dict[str, Any], call: Call) -> dict[str, Any]:
    """A page of suggestions without their content: newest first, or those overdue, the longest first."""
    state, hidden_from, page = request["state"], reader(call.actor).units, (request["limit"], request["cursor"])
    if request["overdue"]:
        found = store.reports.overdue_suggestions(state, call.now, hidden_from, *page)
    else:
        found = store.reports.suggestions(state, hidden_from, *page)
    return {**found, "items": [_item(item) for item in found["items"]]}


def read_suggestion(store: ReportsStore, sealer: Sealer, request: dict[str, Any], call: Call) -> dict[str, Any]:
    """One suggestion with its content; recorded like every reading. ``NotFound``."""
    suggestion = suggestion_of(store, request["suggestion_id"], call)
    return _told(store, sealer, suggestion, request["purpose"], call)


def answer_suggestion(store: ReportsStore, sealer: Sealer, request: dict[str, Any], call: Call) -> dict[str, Any]:
    """Answer a suggestion once. The same answer again changes nothing; ``NotFound``, ``Stale`` when the suggestion is
    not as it was when it was read, ``AlreadyAnswered`` when it has another answer."""
    suggestion = suggestion_of(store, request["suggestion_id"], call)
    data_key = sealer.data_key_for_desk(suggestion["_id"], suggestion["data_key"])
    earlier = answer_of(suggestion, data_key)
    same = earlier and (earlier["decision"], earlier["because"]) == (request["decision"], request["because"])
    if not same and request["expected_version"] not in (None, suggestion["version"]):
        raise Stale(suggestion["version"])
    if earlier is None:
        suggestion = _answered(store, suggestion, data_key, request, call)
    elif not same:
        raise rules.AlreadyAnswered(suggestion["state"])
    return _told(store, sealer, suggestion, "answer", call)


def list_suggestion_messages(
    store: ReportsStore, sealer: Sealer, request: dict[str, Any], call: Call
) -> dict[str, Any]:
    """A page of all messages, oldest first; recorded as a reading. ``NotFound``."""
    suggestion = suggestion_of(store, request["suggestion_id"], call)
    record(store, suggestion, "messages", request["purpose"], call)
    data_key = sealer.data_key_for_desk(suggestion["_id"], suggestion["data_key"])
    return messages.page(store, suggestion, data_key, inbox.STAFF, request)


def post_suggestion_message(store: ReportsStore, sealer: Sealer, request: dict[str, Any], call: Call) -> dict[str, Any]:
    """A message to whoever made the suggestion; ``NotFound``, and as ``messages.post``."""
    suggestion = suggestion_of(store, request["suggestion_id"], call)
    data_key = sealer.data_key_for_desk(suggestion["_id"], suggestion["data_key"])
    staff_id = reader(call.actor).id
    return messages.post(store, sealer, suggestion, data_key, request, call, staff_id=staff_id)


def mark_suggestion_messages_read(store: ReportsStore, request: dict[str, Any], call: Call) -> dict[str, Any]:
    """The desk has read the messages up to ``up_to``; ``NotFound``."""
    suggestion = suggestion_of(store, request["suggestion_id"], call)
    return messages.mark_read(store, suggestion, inbox.STAFF, request["up_to"])


def suggestion_of(store: ReportsStore, suggestion_id: str, call: Call) -> dict[str, Any]:
    """The suggestion, for those who may read it; ``NotFound`` for everybody else, ``Erased``."""
    suggestion = store.reports.suggestion(suggestion_id)
    if suggestion is None or not rules.may_read_suggestion(reader(call.actor), suggestion["subject_unit_ids"]):
        raise NotFound("suggestion")
    retention.refuse_erased(suggestion)
    return suggestion


def _item(suggestion: dict[str, Any]) -> dict[str, Any]:
    return {**suggestion, "id": suggestion["_id"], "erased_at": suggestion.get("erasure", {}).get("at")}


def _answered(
    store: ReportsStore, suggestion: dict[str, Any], data_key: bytes, request: dict[str, Any], call: Call
) -> dict[str, Any]:
    state = request["decision"]
    because = sealing.seal_text(data_key, suggestion["_id"], "answer", request["because"].encode())
    answer = {
        "decision": request["decision"],
        "because": because,
        "at": call.now,
        "by": reader(call.actor).id,
    }
    entry = {"sequence": 1, "at": call.now, "state": state, "text_code": f"reports.progress.{state}"}
    return store.reports.answer(suggestion, answer, entry)


def _told(store: ReportsStore, sealer: Sealer, suggestion: dict[str, Any], purpose: str, call: Call) -> dict[str, Any]:
    content, data_key = read_content(store, sealer, suggestion, purpose, call)
    return {
        **content,
        "id": suggestion["_id"],
        "state": suggestion["state"],
        "due_at": suggestion.get("due_at"),
        "answer": answer_of(suggestion, data_key),
        "version": suggestion["version"],
    }
