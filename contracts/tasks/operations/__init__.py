"""Every operation of the tasks service, by subject: cases, study records."""

from contracts.tasks.operations.cases import CASE_READERS, act_on_case, get_case, list_cases, read_case_history
from contracts.tasks.operations.clues import open_clue
from contracts.tasks.operations.counts import count_cases
from contracts.tasks.operations.evidence import (
    FILE_READERS,
    add_evidence,
    expect_evidence_file,
    get_evidence,
    list_evidence,
    record_custody,
    withdraw_evidence,
)
from contracts.tasks.operations.exports import export_case
from contracts.tasks.operations.notices import (
    count_my_notices,
    get_my_notice_settings,
    list_my_notices,
    read_my_notices,
    set_my_notice_settings,
)
from contracts.tasks.operations.old_files import IMPORT_ID_PREFIX as OLD_FILE_IMPORT_ID_PREFIX
from contracts.tasks.operations.old_files import (
    get_old_file,
    get_old_file_import,
    get_old_file_template,
    list_old_files,
    start_old_file_import,
    summarise_old_files,
)
from contracts.tasks.operations.oversight import count_overdue_cases, what_if
from contracts.tasks.operations.re_reviews import (
    decide_re_review,
    draw_re_reviews,
    get_re_review_draw,
    list_re_review_draws,
    list_re_reviews,
)
from contracts.tasks.operations.routing import list_candidates, list_outside_bodies
from contracts.tasks.operations.study import get_my_study_record, get_study_record, list_study_records

__all__ = [
    "CASE_READERS",
    "FILE_READERS",
    "OLD_FILE_IMPORT_ID_PREFIX",
    "act_on_case",
    "add_evidence",
    "count_cases",
    "count_my_notices",
    "count_overdue_cases",
    "decide_re_review",
    "draw_re_reviews",
    "expect_evidence_file",
    "export_case",
    "get_case",
    "get_evidence",
    "get_my_notice_settings",
    "get_my_study_record",
    "get_old_file",
    "get_old_file_import",
    "get_old_file_template",
    "get_re_review_draw",
    "get_study_record",
    "list_candidates",
    "list_cases",
    "list_evidence",
    "list_my_notices",
    "list_old_files",
    "list_outside_bodies",
    "list_re_review_draws",
    "list_re_reviews",
    "list_study_records",
    "open_clue",
    "read_case_history",
    "read_my_notices",
    "record_custody",
    "set_my_notice_settings",
    "start_old_file_import",
    "summarise_old_files",
    "what_if",
    "withdraw_evidence",
]
