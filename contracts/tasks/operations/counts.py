"""Counts of cases: for whoever may list them."""

from __future__ import annotations

from contracts.operation import Operation
from contracts.tasks.operations.cases import CASE_READERS
from contracts.tasks.schemas import counts

count_cases = Operation("tasks", "count_cases", counts.CountCases, counts.CaseCounts, CASE_READERS, repeatable=True)
