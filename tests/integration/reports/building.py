"""Reports, calls and steps of cases, as the handlers of the reports service get them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from contracts.call import Actor, Call
from contracts.event import Received
from contracts.reports import operations
from contracts.tasks.events import CaseProgressedV1
from services.reports import handlers

NOW = datetime(2026, 3, 2, 1, 15, 8, 412_000, tzinfo=UTC)
CALL = Call(now=NOW)

DESK = Actor("desk-person", "线索管理员", frozenset({"desk"}), "bureau", ("bureau",))
HANDLER = Actor("handler-person", "承办人", frozenset({"handler"}), "unit-a", ("bureau", "unit-a"))


SUBJECT = {"name": "李某", "unit": "某司法所", "position": "所长"}


def a_report(**changes):
    """A loaded request, as the service gets it."""
    report = {
        "kind": "report",
        "category": "money.gifts",
        "title": "反映收受礼金",
        "narrative": "某年某月某日在某处收受礼金。",
        "subjects": [] if changes.get("kind") == "suggestion" else [dict(SUBJECT)],
        "reporter": {"mode": "anonymous"},
    }
    return operations.submit_report.load(report | changes)


def by(actor, **changes):
    """A call by this person."""
    return replace(CALL, actor=actor, **changes)


def later(**delta):
    """A call after the first ones."""
    return replace(CALL, now=NOW + timedelta(**delta))


def report_of(store, sealer, receipt):
    """The stored document behind a receipt."""
    return store.reports.of_receipt(sealer.receipt_hash(receipt))


def progressed(store, sealer, receipt, *, case_id="case-1", sequence=1, **data):
    """Let the tasks service tell of a step of the case."""
    handlers.show_progress(store, [a_step(report_of(store, sealer, receipt)["_id"], case_id, sequence, **data)])


def a_step(report_id, case_id="case-1", sequence=1, **data):
    """An event of the tasks service as the consumer gets it."""
    fields = {
        "case_id": case_id,
        "number": "2026-000001",
        "report_id": report_id,
        "state": "registered",
        "reporter_state": "registered",
        "text_code": f"tasks.progress.{sequence}",
        "handler_id": None,
        "unit_id": None,
        "excluded_unit_ids": [],
        "at": NOW + timedelta(hours=sequence),
        "due_at": NOW + timedelta(days=15),
    }
    draft = CaseProgressedV1.draft(case_id, **(fields | data))
    return Received(
        id=f"{case_id}-{sequence}",
        type=CaseProgressedV1.type(),
        subject=case_id,
        sequence=sequence,
        time=NOW,
        data=CaseProgressedV1.schema().load(draft.data),
    )
