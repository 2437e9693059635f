"""The staff's side: reading the report behind a case, which is written down first, and writing to the
reporter."""

from __future__ import annotations

from typing import Any

import orjson

from chassis.refusals import NotFound
from contracts.call import Call
from services.reports import retention, sealing
from services.reports.handlers import messages, ratings
from services.reports.handlers.accesses import reader, record
from services.reports.model import inbox
from services.reports.model import report as rules
from services.reports.model.conflict import ABOVE
from services.reports.sealing import Sealer
from services.reports.store import ReportsStore


def read_case_report(store: ReportsStore, sealer: Sealer, request: dict[str, Any], call: Call) -> dict[str, Any]:
    """The report behind a case, for its handler and the desk; ``NotFound`` for everybody else."""
    report = report_of_case(store, request["case_id"], call)
    content, _ = read_content(store, sealer, report, request["purpose"], call)
    return {**content, "case_id": request["case_id"], "report_id": report["_id"]}


def list_case_messages(store: ReportsStore, sealer: Sealer, request: dict[str, Any], call: Call) -> dict[str, Any]:
    """A page of all messages, oldest first; recorded as a reading. ``NotFound`` as for the report."""
    report = report_of_case(store, request["case_id"], call)
    record(store, report, "messages", request["purpose"], call)
    data_key = sealer.data_key_for_desk(report["_id"], report["data_key"])
    return messages.page(store, report, data_key, inbox.STAFF, request)


def post_case_message(store: ReportsStore, sealer: Sealer, request: dict[str, Any], call: Call) -> dict[str, Any]:
    """A message to the reporter of a case; ``NotFound``, and as ``messages.post``."""
    report = report_of_case(store, request["case_id"], call)
    data_key = sealer.data_key_for_desk(report["_id"], report["data_key"])
    staff_id = reader(call.actor).id
    return messages.post(store, sealer, report, data_key, request, call, staff_id=staff_id)


def mark_case_messages_read(store: ReportsStore, request: dict[str, Any], call: Call) -> dict[str, Any]:
    """The staff have read the reporter's messages up to ``up_to``; ``NotFound``."""
    report = report_of_case(store, request["case_id"], call)
    return messages.mark_read(store, report, inbox.STAFF, request["up_to"])


def read_content(
    store: ReportsStore, sealer: Sealer, report: dict[str, Any], purpose: str, call: Call
) -> tuple[dict[str, Any], bytes]:
    """What staff may read of a report, and its data key. The access is recorded before anything is opened."""
    record(store, report, report["kind"], purpose, call)
    data_key = sealer.data_key_for_desk(report["_id"], report["data_key"])
    said = orjson.loads(sealing.open_text(data_key, report["_id"], "content", report["content"]))
    content = {
        "kind": report["kind"],
        "category": report["category"],
        "form_version": report["form_version"],
        "received_at": report["received_at"],
        "title": said["title"],
        "narrative": said["narrative"],
        "subjects": said["subjects"],
        "occurred_on": said.get("occurred_on"),
        "place": said.get("place"),
        "details": said.get("details", {}),
        "reporter": {"mode": report["reporter_mode"]},
        "messages": messages.newest(store, report, data_key, inbox.STAFF),
        "unread": inbox.unread(report, inbox.STAFF),
        **ratings.told(report, data_key),
    }
    return content, data_key


def report_of_case(store: ReportsStore, case_id: str, call: Call) -> dict[str, Any]:
    """The report behind a case, for those who may read it; ``NotFound`` for everybody else, ``Erased``.

    Its ``case`` is the one that was asked for, be it the case that the report opened or a part of it.
    """
    report = store.reports.of_case(case_id)
    # What goes to the level above opens with no key that is here, whoever asks.
    if report is None or report.get("route") == ABOVE:
        raise NotFound("case")
    case = next(one for one in rules.cases_of(report) if one["id"] == case_id)
    if not rules.may_read_case_report(reader(call.actor), case, report["subject_unit_ids"]):
        raise NotFound("case")
    retention.refuse_erased(report)
    return {**report, "case": case}
