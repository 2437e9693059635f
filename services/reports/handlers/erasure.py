"""Erasure of what has been kept long enough: keys first, in one write; then what they opened; then a tombstone.

Every step may be broken off and taken again, by several processes at once. From the first step on nothing of the report
opens, for anybody; the later steps only remove what nobody can read any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import structlog

from chassis.clock import BUREAU_ZONE
from chassis.refusals import Stale
from contracts.event import Received
from contracts.reports.events import ReportErasedV1
from services.reports import retention
from services.reports.attachments.vault import Vault
from services.reports.handlers.attachments import erase_attachments
from services.reports.handlers.case_files import erase_case_files
from services.reports.model import retention as rules
from services.reports.model.retention import Ended, Rule, Schedule
from services.reports.store import ReportsStore

_log = structlog.get_logger(__name__)

# Whoever began to read or write before the keys went has ended by then: no request has a longer deadline. Until then
# the rest stays, so that nobody sees half a report.
SETTLED = timedelta(minutes=1)


class Due(NamedTuple):
    """A report whose time is over: as the store gave it, and the rule. ``held``: the desk keeps it from erasure."""

    report: dict[str, Any]
    rule: Rule
    version: str

    @property
    def held(self) -> bool:
        """Whether a hold keeps it."""
        return bool(self.report.get("held"))

    @property
    def rule_name(self) -> str:
        """The rule as tombstones name it."""
        return f"{self.version}/{self.rule.id}"


def schedule(now: datetime) -> Schedule | None:
    """The rules that are in force now."""
    return retention.in_force(now.astimezone(BUREAU_ZONE).date())


def due(store: ReportsStore, now: datetime) -> Iterator[Due]:
    """Everything whose time is over, held or not, by outcome, the longest ended first. Touches nothing."""
    in_force = schedule(now)
    if in_force is None:
        return
    for outcome in sorted(set().union(*rules.OUTCOMES.values())):
        horizon = in_force.horizon(outcome, now)
        if horizon is None:
            continue
        for report in store.retention.ended(outcome, horizon):
            ended = Ended(report["kind"], report["category"], report["outcome"], report["ended_at"])
            rule = in_force.due(ended, now, BUREAU_ZONE)
            if rule is not None:
                yield Due(report, rule, in_force.version)


def begin(store: ReportsStore, found: Due, now: datetime) -> bool:
    """Destroy the keys and the content of one report; ``False`` when it was reopened, held or erased meanwhile."""
    return not found.held and store.retention.destroy_keys(found.report, found.rule_name, now)


def complete(store: ReportsStore, vault: Vault, now: datetime) -> Iterator[str]:
    """Remove what is left of reports whose keys are gone, and leave their tombstones; the ids of those that are
    erased now.
    """
    for report in store.retention.erasing(now - SETTLED):
        _sweep(store, vault, report["_id"])
        try:
            _finish(store, report)
        except Stale:
            # Another process was first, or an event of the report left meanwhile; the next turn finds it if not.
            continue
        yield report["_id"]


def sweep_stragglers(store: ReportsStore, vault: Vault, now: datetime) -> None:
    """Remove what somebody who was held up added to a report after it was erased."""
    for report_id in store.retention.straggled(now):
        _sweep(store, vault, report_id)


def sweep_erased(store: ReportsStore, vault: Vault, events: Sequence[Received]) -> None:
    """The same for reports that were erased a moment ago."""
    for event in events:
        _sweep(store, vault, event.data["report_id"])


def run(store: ReportsStore, vault: Vault, now: datetime) -> int:
    """One turn of everything: what is due now loses its keys, what lost them before goes to the end; how many of the
    former.
    """
    begun = sum(begin(store, found, now) for found in due(store, now))
    erased = sum(1 for _ in complete(store, vault, now))
    sweep_stragglers(store, vault, now)
    if begun or erased:
        _log.info("retention", keys_destroyed=begun, erased=erased)
    return begun


def _sweep(store: ReportsStore, vault: Vault, report_id: str) -> None:
    erase_attachments(vault, report_id)
    erase_case_files(store, vault, report_id)
    store.retention.remove_messages(report_id)
    store.identity_requests.erase(report_id)


def _finish(store: ReportsStore, report: dict[str, Any]) -> None:
    erasure = report["erasure"]
    erased = ReportErasedV1.draft(
        report["_id"],
        report_id=report["_id"],
        kind=report["kind"],
        rule=erasure["rule"],
        erased_at=erasure["at"],
    )
    store.retention.finish(report, rules.month_of(report["received_at"], BUREAU_ZONE), erased)
