"""Old files under review (案件倒查): their import, the list by what they lack, one file, and the counts."""

from __future__ import annotations

from marshmallow import fields

from contracts.fields import Day, Id, Instant, PageRequest, one_of
from contracts.imports import Import, ImportFile
from contracts.schema import Schema
from contracts.tasks.schemas.cases import MEASURES, OUTCOMES

GUARDS = ("investigated", "clear", "handled", "adequate")


class StartOldFileImport(ImportFile):
    """A table of old files, one a row: .xlsx, or .csv in UTF-8 or GB18030; the columns are in the template.

    ``dry_run``: only the account and the counts; no old file is kept, no case opened.
    """

    dry_run = fields.Boolean(load_default=False)


class ByGuard(Schema):
    """How many files failed each guard; a file may fail several."""

    investigated = fields.Integer(required=True)
    clear = fields.Integer(required=True)
    handled = fields.Integer(required=True)
    adequate = fields.Integer(required=True)


class OldFileImport(Import):
    """Besides what every import tells: ``passed`` satisfied all four guards, ``opened`` became open cases; together
    they are ``created``. ``unchanged`` were imported before. In a dry run the counts say what an import would do. Read
    by who handed the table in alone.
    """

    dry_run = fields.Boolean(required=True)
    passed = fields.Integer(required=True)
    opened = fields.Integer(required=True)
    by_guard = fields.Nested(ByGuard, required=True)


class TemplateFile(Schema):
    """A workbook, base64."""

    content = fields.String(required=True)
    file_name = fields.String(required=True)
    media_type = fields.String(required=True)


class OldFileFilter(Schema):
    """Which old files: every given filter must fit."""

    failed = fields.String(validate=one_of(*GUARDS), metadata={"description": "A guard that the file failed"})
    passed = fields.Boolean(metadata={"description": "Whether the file satisfied all four guards"})
    unit_id = Id(metadata={"description": "The unit that handled the file"})
    import_id = Id()


class ListOldFiles(OldFileFilter, PageRequest):
    """In the order in which they were received once, the oldest first."""


class OldFileId(Schema):
    """Which old file."""

    old_file_id = Id(required=True)


class OldFile(Schema):
    """How an old file stands. ``number``: its own. ``case_id``: the case under review, which has the file's id; null
    when it passed. ``unit_id`` is null where the file names no unit that the system knows.
    """

    id = Id(required=True)
    number = fields.String(required=True)
    received_on = Day(required=True)
    category = fields.String(required=True)
    lines = fields.List(fields.String(), required=True)
    unit_id = Id(required=True, allow_none=True)
    passed = fields.Boolean(required=True)
    failed = fields.List(fields.String(validate=one_of(*GUARDS)), required=True)
    missing = fields.List(fields.String(), required=True)
    case_id = Id(required=True, allow_none=True)
    import_id = Id(required=True)
    reviewed_at = Instant(required=True)


class OldFindingEntry(Schema):
    """What was found on an allegation once."""

    allegation = fields.Integer(required=True)
    outcome = fields.String(required=True, validate=one_of(*OUTCOMES))
    ground = fields.String(required=True, allow_none=True)


class OldDispositionEntry(Schema):
    """What was done about an allegation once."""

    allegation = fields.Integer(required=True)
    measure = fields.String(required=True, validate=one_of(*MEASURES))
    reason = fields.String(required=True, allow_none=True)


class OldFileContent(Schema):
    """What the file says."""

    allegations = fields.List(fields.String(), required=True)
    unit = fields.String(required=True, allow_none=True)
    handlers = fields.List(fields.String(), required=True)
    investigated = fields.Boolean(required=True)
    investigation = fields.String(required=True, allow_none=True)
    evidence = fields.List(fields.String(), required=True)
    findings = fields.List(fields.Nested(OldFindingEntry), required=True)
    dispositions = fields.List(fields.Nested(OldDispositionEntry), required=True)
    reviewer = fields.String(required=True, allow_none=True)
    told_on = Day(required=True, allow_none=True)
    closed_on = Day(required=True, allow_none=True)


class OldFileDetails(OldFile):
    """``content`` is for those who read the file itself, the desk and the handler of the case; null for others."""

    content = fields.Nested(OldFileContent, required=True, allow_none=True)


class OldFileCounts(Schema):
    """How many files there are, passed, failed; of those how many failed each guard."""

    total = fields.Integer(required=True)
    passed = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    by_guard = fields.Nested(ByGuard, required=True)


class OldFileCountsOfUnit(OldFileCounts):
    """Those that one unit handled; null = no unit that the system knows."""

    unit_id = Id(required=True, allow_none=True)


class OldFileCountsOfImport(OldFileCounts):
    """Those of one import."""

    import_id = Id(required=True)


class OldFileSummary(OldFileCounts):
    """The files that the filters leave, in all, by unit and by import; the list with the same filters has as many."""

    by_unit = fields.List(fields.Nested(OldFileCountsOfUnit), required=True)
    by_import = fields.List(fields.Nested(OldFileCountsOfImport), required=True)
