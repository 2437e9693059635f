"""Cases: who may list and read them, and act on them."""

from __future__ import annotations

from contracts.fields import page_of
from contracts.operation import Operation
from contracts.roles import DESK, HANDLER, LEADER, SUPERVISOR
from contracts.tasks.schemas import cases, listing

CASE_READERS = frozenset({HANDLER, DESK, SUPERVISOR, LEADER})

list_cases = Operation("tasks", "list_cases", listing.ListCases, page_of(cases.Case), CASE_READERS, repeatable=True)
get_case = Operation("tasks", "get_case", cases.CaseId, cases.CaseInFull, CASE_READERS, repeatable=True)
read_case_history = Operation(
    "tasks", "read_case_history", cases.ReadHistory, page_of(cases.HistoryEntry), CASE_READERS, repeatable=True
)
act_on_case = Operation("tasks", "act_on_case", cases.ActOnCase, cases.Case, CASE_READERS)
