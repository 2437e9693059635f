"""Old files under review: their import, and what came of it."""

from __future__ import annotations

from contracts.fields import NoInput, page_of
from contracts.imports import GetImport, StartedImport
from contracts.operation import Operation
from contracts.roles import DESK, HANDLER, LEADER, SUPERVISOR
from contracts.tasks.schemas import old_files

# Ids of these imports begin so; the gateway, which has one path for all imports, tells by it whom to ask.
IMPORT_ID_PREFIX = "old-cases-"

OLD_FILE_LISTERS = frozenset({DESK, SUPERVISOR, LEADER})

start_old_file_import = Operation(
    "tasks", "start_old_file_import", old_files.StartOldFileImport, StartedImport, frozenset({DESK})
)
get_old_file_import = Operation(
    "tasks", "get_old_file_import", GetImport, old_files.OldFileImport, frozenset({DESK}), repeatable=True
)
get_old_file_template = Operation(
    "tasks", "get_old_file_template", NoInput, old_files.TemplateFile, frozenset({DESK}), repeatable=True
)
list_old_files = Operation(
    "tasks", "list_old_files", old_files.ListOldFiles, page_of(old_files.OldFile), OLD_FILE_LISTERS, repeatable=True
)
get_old_file = Operation(
    "tasks",
    "get_old_file",
    old_files.OldFileId,
    old_files.OldFileDetails,
    OLD_FILE_LISTERS | {HANDLER},
    repeatable=True,
)
summarise_old_files = Operation(
    "tasks", "summarise_old_files", old_files.OldFileFilter, old_files.OldFileSummary, OLD_FILE_LISTERS, repeatable=True
)
