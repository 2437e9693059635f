"""Intake: the form, and a report that becomes one document with its event, in one write."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

import orjson

from chassis import clock
from chassis.clock import BUREAU_ZONE
from chassis.refusals import IdempotencyKeyReused, Invalid
from contracts.call import Call
from contracts.event import Draft
from contracts.fields import format_instant
from contracts.reports.events import ReportSubmittedV1
from services.reports import forms, sealing
from services.reports.model import answering
from services.reports.model import form as form_rules
from services.reports.model import report as rules
from services.reports.model.conflict import ABOVE, Conflict
from services.reports.sealing import Sealer
from services.reports.store import ReportsStore

# How long a repeated request gets the answer of the first.
REPLAY = timedelta(hours=48)

_CONTENT = ("title", "narrative", "subjects", "occurred_on", "place", "details")
# What the form asks for; the rest of a request is about the request.
_ASKED = ("kind", "category", *_CONTENT, "reporter")
_IDENTITY = ("name", "phone", "address")
# The first line of the reporter's history, by kind, and of a report about the head of the bureau.
_RECEIVED = {"report": "reports.progress.received", "suggestion": "reports.progress.suggestion_received"}
_RECEIVED_FOR_ABOVE = "reports.progress.received_for_above"


def get_form(request: dict[str, Any], call: Call) -> dict[str, Any]:
    """The form of a kind in the caller's language, as it is offered now or as it was in ``version``; ``Invalid`` when
    there never was such a version."""
    if forms.version(request["version"]) is None:
        raise Invalid.field("version", "reports.form.no_such_version")
    return _told(request["version"], request["kind"], call.language)


def submit_report(store: ReportsStore, sealer: Sealer, request: dict[str, Any], call: Call) -> dict[str, Any]:
    """Seal and store a report; the answer holds its receipt, which is kept nowhere.

    One about the head of the bureau is sealed to the level above from the first moment on: nothing of it can be opened
    by anybody in the bureau, at no time.

    Raises ``Invalid`` by the form, ``IdempotencyKeyReused``. With an idempotency key the report's id derives
    from it, so the second of two equal requests finds the first by its id.
    """
    version = _checked_version(request, call.now)
    body = orjson.dumps(request, option=orjson.OPT_SORT_KEYS)
    key = call.idempotency_key
    report_id = sealer.id_of("report", key) if key else sealing.new_id()
    if key and (earlier := store.reports.first_of(sealer.older_ids_of("report", key, call.now))):
        return _earlier_answer(store, sealer, earlier, key, body)
    receipt = sealing.new_receipt()
    answer = {"receipt": receipt, "received_at": format_instant(call.now)}
    conflict = store.units.directory().conflict(request["kind"], request["subjects"])
    report = _document(sealer, report_id, version, receipt, request, conflict, call.now)
    if key:
        report["replay"] = {
            "sealed": sealer.seal_replay(report_id, key, body, orjson.dumps(answer)),
            "until": clock.to_the_hour(call.now + REPLAY),
        }
    if store.reports.add(report, _submitted(report)) or not key:
        return answer
    return _earlier_answer(store, sealer, report_id, key, body)


def forget_replays(store: ReportsStore, now: datetime) -> int:
    """Erase the answers that are kept for repeated requests, once nobody repeats them any more."""
    return store.reports.forget_replays(now)


@cache
def _told(version: str | None, kind: str, language: str) -> dict[str, Any]:
    return form_rules.told(forms.form(version, kind), language)


def _checked_version(request: dict[str, Any], now: datetime) -> str:
    today = now.astimezone(BUREAU_ZONE).date()
    form = _accepted_form(request["form_version"], request["kind"], today)
    problems = form_rules.check(form, {name: request[name] for name in _ASKED}, today)
    if problems:
        raise Invalid(problems)
    return form.version


def _accepted_form(version: str | None, kind: str, today: date) -> form_rules.Form:
    if forms.version(version) is None:
        raise Invalid.field("form_version", "reports.form.no_such_version")
    if version is not None and version != forms.current()["version"]:
        until = forms.accepted_until(version)
        # Whoever repeats a request of the last day still gets its answer.
        if until is None or today > until + REPLAY:
            raise Invalid.field("form_version", "reports.form.version_over")
    return forms.form(version, kind)


def _document(
    sealer: Sealer,
    report_id: str,
    version: str,
    receipt: str,
    request: dict[str, Any],
    conflict: Conflict,
    now: datetime,
) -> dict[str, Any]:
    data_key = sealing.new_data_key()
    said = rules.without_absent({name: request[name] for name in _CONTENT})
    reporter = request["reporter"]
    received_at = clock.to_the_hour(now)
    document: dict[str, Any] = {
        "_id": report_id,
        "kind": request["kind"],
        "category": request["category"],
        "form_version": version,
        "reporter_mode": reporter["mode"],
        "received_at": received_at,
        "receipt_hash": sealer.receipt_hash(receipt),
        "receipt_key_id": sealer.lookups[0].id,
        "data_key": sealer.seal_data_key(report_id, data_key, receipt, conflict.route),
        "content": sealing.seal_text(data_key, report_id, "content", orjson.dumps(said)),
        "subject_unit_ids": list(conflict.unit_ids),
        "route": conflict.route,
        "state": rules.RECEIVED,
        "history": [
            {
                "sequence": 0,
                "at": received_at,
                "state": rules.RECEIVED,
                "text_code": _RECEIVED_FOR_ABOVE if conflict.route == ABOVE else _RECEIVED[request["kind"]],
            }
        ],
        "progress_sequence": 0,
        "message_count": 0,
    }
    if request["kind"] == "suggestion":
        document["due_at"] = answering.answer_due_at(now, BUREAU_ZONE)
    if reporter["mode"] == "named":
        identity = rules.without_absent({name: reporter[name] for name in _IDENTITY})
        # Apart from those for the custodian, which are rotated by themselves.
        name = "identity_above" if conflict.route == ABOVE else "identity"
        document[name] = sealer.seal_identity(report_id, orjson.dumps(identity), conflict.route)
    return document


def _submitted(report: dict[str, Any]) -> Draft:
    told = _first_like(*(report[name] for name in ("kind", "category", "reporter_mode", "received_at", "route")))
    units = report["subject_unit_ids"]
    return told.about(report["_id"], report_id=report["_id"], **({"subject_unit_ids": units} if units else {}))


# Reports tell only the hour in which they came, and many of one hour are of one kind.
@lru_cache(maxsize=256)
def _first_like(kind: str, category: str, reporter_mode: str, received_at: datetime, route: str) -> Draft:
    return ReportSubmittedV1.draft(
        "-",
        report_id="-",
        kind=kind,
        category=category,
        reporter_mode=reporter_mode,
        received_at=received_at,
        subject_unit_ids=[],
        route=route,
    )


def _earlier_answer(store: ReportsStore, sealer: Sealer, report_id: str, key: str, body: bytes) -> dict[str, Any]:
    replay = (store.reports.get(report_id) or {}).get("replay")
    if replay is None:
        raise IdempotencyKeyReused
    try:
        answer: dict[str, Any] = orjson.loads(sealer.open_replay(report_id, key, body, replay["sealed"]))
    except rules.ContentUnreadable:
        # Only the same body opens it.
        raise IdempotencyKeyReused from None
    return answer
