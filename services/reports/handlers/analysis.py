"""The worker's side of triage: each report is analysed once, in memory; what is kept is sealed with the report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
import structlog
from prometheus_client import Counter

from chassis import offload
from chassis.clock import BUREAU_ZONE
from contracts.event import Received
from services.reports import sealing
from services.reports.handlers import units
from services.reports.handlers.triage import FIELD, opened
from services.reports.model.report import ContentUnreadable, KeyMissing
from services.reports.sealing import Sealer
from services.reports.store import ReportsStore
from services.reports.store.triage import DONE, KEY_MISSING, SKIPPED
from services.reports.triage.analyst import KINDS, Analyst
from services.reports.triage.entities import ORGANISATION
from services.reports.triage.reading import Submission

_log = structlog.get_logger(__name__)

SEALED_ROUTE = "sealed_route"
UNREADABLE = "unreadable"

# What the events did not bring about is made good from an hour on, for a month.
OVERDUE = timedelta(hours=1)
LOOKED_BACK = timedelta(days=31)

_AT_ONCE = 100

DECISIONS = Counter(
    "mingjing_reports_classified_total",
    "Reports that staff classified. What is told again after a crash counts again.",
    ["urgency"],
)


class Skipped(Exception):
    """A report that is not analysed. ``reason``: a code, as it is kept with the report."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def analyse_report(store: ReportsStore, sealer: Sealer, analyst: Analyst, report_id: str) -> str | None:
    """Analyse a report and keep the result, unless that is done or the report is erased.

    Returns the reason where it was skipped: ``sealed_route`` (nobody here opens it), ``key_missing``, ``unreadable``.
    """
    report = store.reports.get(report_id)
    if report is None or "data_key" not in report or report.get(FIELD, {}).get("state") == DONE:
        return None
    try:
        submission, data_key = submission_of(sealer, report)
    except Skipped as skipped:
        store.triage.keep(report_id, {"state": SKIPPED, "reason": skipped.reason})
        # About the head of the bureau nothing is amiss, and a line would tell when it was reported.
        if skipped.reason != SEALED_ROUTE:
            _log.warning("report not analysed", report_id=report_id, reason=skipped.reason)
        return skipped.reason
    # It keeps a core busy: in a native thread, so that the broker hears from this process meanwhile.
    found = offload(analyst.analyse, submission)
    found["similar"] = analyst.similar(report["kind"], report_id, found)
    named = {each["text"] for each in found["entities"] if each["kind"] == ORGANISATION}
    _keep_from_named_units(store, report_id, named)
    sealed = sealing.seal_text(data_key, report_id, FIELD, orjson.dumps(found))
    if store.triage.keep(report_id, {"state": DONE, "model": found["model"], "sealed": sealed}):
        analyst.know(report["kind"], report_id, found)
    return None


def analyse_overdue(store: ReportsStore, sealer: Sealer, analyst: Analyst, now: datetime) -> int:
    """Analyse what no event brought here: reports from before triage, or those whose key was missing; how many were not
    skipped."""
    waiting = list(store.triage.waiting(now - LOOKED_BACK, now - OVERDUE))
    return sum(analyse_report(store, sealer, analyst, report_id) is None for report_id in waiting)


def compare_with_what_is_kept(store: ReportsStore, sealer: Sealer, analyst: Analyst) -> int:
    """Let the index hold what the database holds: results of other replicas come in, erased reports go out.

    How many came in. A result that does not open is left out; staff are told so where they read it.
    """
    came = 0
    for kind in KINDS:
        kept = store.triage.with_result(kind, analyst.room)
        for report_id in analyst.known(kind) - set(kept):
            analyst.forget(report_id)
        known = analyst.known(kind)
        missing = [report_id for report_id in reversed(kept) if report_id not in known]
        for start in range(0, len(missing), _AT_ONCE):
            came += _take_in(store, sealer, analyst, kind, missing[start : start + _AT_ONCE])
    return came


def forget_erased(analyst: Analyst, events: Sequence[Received]) -> None:
    """Compare nothing with reports that were erased."""
    for event in events:
        analyst.forget(event.data["report_id"])


def count_decisions(events: Sequence[Received]) -> None:
    """Counts what staff decided, by urgency."""
    for event in events:
        DECISIONS.labels(event.data["urgency"]).inc()


def submission_of(sealer: Sealer, report: dict[str, Any]) -> tuple[Submission, bytes]:
    """A report as it was sent, and its data key. ``Skipped`` where nobody here opens it."""
    if "desk" not in report["data_key"]:
        raise Skipped(SEALED_ROUTE)
    try:
        data_key = sealer.data_key_for_desk(report["_id"], report["data_key"])
        said = orjson.loads(sealing.open_text(data_key, report["_id"], "content", report["content"]))
    except KeyMissing:
        raise Skipped(KEY_MISSING) from None
    except ContentUnreadable:
        raise Skipped(UNREADABLE) from None
    submission = Submission(
        kind=report["kind"],
        title=said["title"],
        narrative=said["narrative"],
        received=report["received_at"].astimezone(BUREAU_ZONE).date(),
        subjects=said.get("subjects", ()),
    )
    return submission, data_key


def _keep_from_named_units(store: ReportsStore, report_id: str, named: set[str]) -> None:
    """Units that the narrative names see the report no more than those among the subjects; whoever writes to the
    bureau names it, so the whole bureau is not meant by that."""
    whole = store.units.directory().roots
    unit_names = [name for name in sorted(named) if store.units.directory().units_in([name]).isdisjoint(whole)]
    units.keep_from_units_in(store, report_id, unit_names)


def _take_in(store: ReportsStore, sealer: Sealer, analyst: Analyst, kind: str, report_ids: list[str]) -> int:
    reports = store.triage.results(report_ids)
    found = offload(_opened, sealer, reports)
    for report_id, result in found:
        analyst.know(kind, report_id, result)
    return len(found)


def _opened(sealer: Sealer, reports: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for report in reports:
        try:
            result = opened(report, sealer.data_key_for_desk(report["_id"], report["data_key"]))
        except (KeyMissing, ContentUnreadable) as error:
            _log.warning("triage result left out", report_id=report["_id"], reason=type(error).__name__)
            continue
        if result is not None:
            found.append((report["_id"], result))
    return found
