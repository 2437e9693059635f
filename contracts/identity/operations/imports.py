"""The import of people from a table, in the background."""

from __future__ import annotations

from contracts.imports import GetImport, Import, ImportFile, StartedImport
from contracts.operation import Operation
from contracts.roles import ADMIN

# Ids of these imports begin so; the gateway, which has one path for all imports, tells by it whom to ask.
IMPORT_ID_PREFIX = "people-"


class StartPeopleImport(ImportFile):
    """A table of people. Format by content, not by name: .xlsx, or .csv in UTF-8 or GB18030."""


start_people_import = Operation(
    "identity", "start_people_import", request=StartPeopleImport, response=StartedImport, roles=frozenset({ADMIN})
)
get_import = Operation(
    "identity", "get_import", request=GetImport, response=Import, roles=frozenset({ADMIN}), repeatable=True
)
