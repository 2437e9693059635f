"""Suggestions: listed, read and answered by the desk; adopted or not, because."""

from __future__ import annotations

from typing import Any

from chassis.refusals import NotFound
from contracts.call import Call
from services.reports import sealing
from services.reports.handlers.accesses import reader
from services.reports.handlers.reporter import answer_of
from services.reports.handlers.staff import read_content
from services.reports.model import report as rules
from services.reports.sealing import Sealer
from services.reports.store import ReportsStore


def list_suggestions(store: ReportsStore, request: dict[str, Any], call: Call) -> dict[str, Any]:
    """A page of suggestions without their content."""
    found = store.reports.suggestions(request["state"], reader(call.actor).units, request["limit"], request["cursor"])
    return {**found, "items": [{**item, "id": item["_id"]} for item in found["items"]]}


def read_suggestion(store: ReportsStore, sealer: Sealer, request: dict[str, Any], call: Call) -> dict[str, Any]:
    """One suggestion with its content; recorded like every reading. ``NotFound``."""
    suggestion = _suggestion(store, request["suggestion_id"], call)
    return _told(store, sealer, suggestion, request["purpose"], call)


def answer_suggestion(store: ReportsStore, sealer: Sealer, request: dict[str, Any], call: Call) -> dict[str, Any]:
    """Answer a suggestion once; ``NotFound``, ``AlreadyAnswered`` unless it is the same answer again."""
    suggestion = _suggestion(store, request["suggestion_id"], call)
    data_key = sealer.data_key_for_desk(suggestion["_id"], suggestion["data_key"])
    earlier = answer_of(suggestion, data_key)
    if earlier is None:
        suggestion = _answered(store, suggestion, data_key, request, call)
    elif (earlier["decision"], earlier["because"]) != (request["decision"], request["because"]):
        raise rules.AlreadyAnswered(suggestion["state"])
    return _told(store, sealer, suggestion, "answer", call)


def _suggestion(store: ReportsStore, suggestion_id: str, call: Call) -> dict[str, Any]:
    suggestion = store.reports.suggestion(suggestion_id)
    if suggestion is None or not rules.may_read_suggestion(reader(call.actor), suggestion["subject_unit_ids"]):
        raise NotFound("suggestion")
    return suggestion


def _answered(
    store: ReportsStore, suggestion: dict[str, Any], data_key: bytes, request: dict[str, Any], call: Call
) -> dict[str, Any]:
    state = rules.answered_state(request["decision"])
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
        "answer": answer_of(suggestion, data_key),
        "version": suggestion["version"],
    }
