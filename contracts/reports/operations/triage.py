"""Triage of the report behind a case and of suggestions. Reading is not repeatable: each reading is recorded."""

from __future__ import annotations

from contracts.operation import Operation
from contracts.reports.operations.staff import CASE_STAFF
from contracts.reports.operations.suggestions import ANSWERERS
from contracts.reports.schemas import triage

read_case_triage = Operation("reports", "read_case_triage", triage.ReadCaseTriage, triage.CaseTriage, CASE_STAFF)
decide_case_triage = Operation(
    "reports", "decide_case_triage", triage.DecideCaseTriage, triage.Decision, CASE_STAFF, repeatable=True
)
read_suggestion_triage = Operation(
    "reports", "read_suggestion_triage", triage.ReadSuggestionTriage, triage.SuggestionTriage, ANSWERERS
)
decide_suggestion_triage = Operation(
    "reports", "decide_suggestion_triage", triage.DecideSuggestionTriage, triage.Decision, ANSWERERS, repeatable=True
)
