"""Reading an .xlsx without trusting it: sizes are checked before anything is unpacked, rows are streamed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from services.identity.model.tables import Limits, Row, UnreadableTable, append, read_csv

# A workbook of 20,000 people unpacks to some 20 MB; zipfile never unpacks more of a part than its entry declares.
MOST_UNPACKED = 64 * 1024 * 1024
MOST_PARTS = 2_000
# Old binary .xls, and .xlsx under a password, which is wrapped in the same container.
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"


def read_table(content: bytes, limits: Limits) -> list[Row]:
    """The rows of the first sheet, or of the .csv; the content decides which it is. Raises ``UnreadableTable``."""
    if content.startswith(_COMPOUND_FILE):
        raise UnreadableTable("old_excel")
    if content.startswith(_ZIP):
        return _read_xlsx(content, limits)
    return read_csv(content, limits)


def _read_xlsx(content: bytes, limits: Limits) -> list[Row]:
    try:
        _check_unpacked_size(content)
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            sheet = workbook.worksheets[0]
            # A false <dimension> would make openpyxl pad every row up to column XFD.
            sheet.reset_dimensions()
            return _rows(sheet.iter_rows(max_col=limits.columns + 1, values_only=True), limits)
        finally:
            workbook.close()
    except UnreadableTable:
        raise
    # openpyxl raises whatever its parsers raise: KeyError, ValueError, ParseError, BadZipFile …
    except (InvalidFileException, zipfile.BadZipFile, Exception) as error:
        raise UnreadableTable("broken") from error


def _check_unpacked_size(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise UnreadableTable("too_large")
        if "xl/workbook.xml" not in archive.namelist():
            raise UnreadableTable("unknown_format")


def _rows(values: Iterable[tuple[Any, ...]], limits: Limits) -> list[Row]:
    rows: list[Row] = []
    empty = 0
    for number, cells in enumerate(values, start=1):
        before = len(rows)
        append(rows, number, [_text(cell) for cell in cells], limits)
        empty = empty + 1 if len(rows) == before else 0
        # A formatted but empty sheet goes on for a million rows.
        if empty > limits.rows:
            break
    return rows


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        # Excel keeps a staff number that looks like a number as 100123.0.
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    return str(cell)
