"""Study records: one's own, one person's, those of a unit."""

from __future__ import annotations

from contracts.fields import NoInput, page_of
from contracts.operation import Operation
from contracts.roles import ANY_ROLE, LEADER, TRAINER
from contracts.tasks.schemas import study

get_my_study_record = Operation("tasks", "get_my_study_record", NoInput, study.StudyRecord, ANY_ROLE, repeatable=True)
get_study_record = Operation("tasks", "get_study_record", study.PersonId, study.StudyRecord, ANY_ROLE, repeatable=True)
list_study_records = Operation(
    "tasks",
    "list_study_records",
    study.ListStudyRecords,
    page_of(study.ListedStudyRecord),
    frozenset({TRAINER, LEADER}),
    repeatable=True,
)
