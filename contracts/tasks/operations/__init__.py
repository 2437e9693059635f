"""Every operation of the tasks service, by subject: cases, study records."""

from contracts.tasks.operations.cases import CASE_READERS, act_on_case, get_case, list_cases, read_case_history
from contracts.tasks.operations.study import get_my_study_record, get_study_record, list_study_records

__all__ = [
    "CASE_READERS",
    "act_on_case",
    "get_case",
    "get_my_study_record",
    "get_study_record",
    "list_cases",
    "list_study_records",
    "read_case_history",
]
