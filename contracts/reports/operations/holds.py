"""Holds: the desk keeps the report behind a case from erasure."""

from __future__ import annotations

from contracts.operation import Operation
from contracts.reports.operations.staff import CASE_STAFF
from contracts.reports.schemas import holds
from contracts.roles import DESK

HOLDERS = frozenset({DESK})

hold_case_report = Operation("reports", "hold_case_report", holds.DecideHold, holds.Hold, HOLDERS, repeatable=True)
lift_case_report_hold = Operation(
    "reports", "lift_case_report_hold", holds.DecideHold, holds.Hold, HOLDERS, repeatable=True
)
read_case_report_hold = Operation(
    "reports", "read_case_report_hold", holds.ReadHold, holds.Hold, CASE_STAFF, repeatable=True
)
