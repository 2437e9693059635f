"""Oversight of time limits: what they would be, and how many cases are overdue."""

from __future__ import annotations

from contracts.operation import Operation
from contracts.roles import DESK, LEADER, SUPERVISOR
from contracts.tasks.operations.cases import CASE_READERS
from contracts.tasks.schemas import oversight

what_if = Operation("tasks", "what_if", oversight.WhatIf, oversight.WhatIfAnswer, CASE_READERS, repeatable=True)
count_overdue_cases = Operation(
    "tasks",
    "count_overdue_cases",
    oversight.CountOverdue,
    oversight.OverdueInventory,
    frozenset({DESK, LEADER, SUPERVISOR}),
    repeatable=True,
)
