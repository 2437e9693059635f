"""Workbooks: an .xlsx is read without trusting it (sizes are checked before anything is unpacked, rows are streamed),
and written with texts only."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment
from openpyxl.utils.exceptions import InvalidFileException

from chassis.tables.delimited import read_csv
from chassis.tables.rows import Limits, Row, UnreadableTable, append

# A workbook of 20,000 people unpacks to some 20 MB; zipfile never unpacks more of a part than its entry declares.
MOST_UNPACKED = 64 * 1024 * 1024
MOST_PARTS = 2_000
# Old binary .xls, and .xlsx under a password, which is wrapped in the same container.
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# How a formula and an error begin; an empty text is in it too, and becomes an empty cell.
_NOT_TEXTS = "=#"
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class Sheet:
    """A sheet to be written: the first row is its header."""

    title: str
    rows: Sequence[Sequence[str]]


def workbook(sheets: Iterable[Sheet]) -> bytes:
    """An .xlsx with these sheets; every cell is a text, each header stays in sight."""
    book = Workbook(write_only=True)
    for one in sheets:
        _append(_sheet(book, one.title), one.rows)
    return _saved(book)


class GrowingWorkbook:
    """An .xlsx with one sheet, written row by row to a temporary file; every cell is a text."""

    def __init__(self, title: str, header: Sequence[str]) -> None:
        self._book = Workbook(write_only=True)
        self._rows = _sheet(self._book, title)
        self.append([header])

    def append(self, rows: Iterable[Sequence[str]]) -> None:
        """Adds rows at the end."""
        for row in rows:
            # A cell object costs ten times its text: only what openpyxl would take for something else gets one.
            self._rows.append([_cell(self._rows, text) if text[:1] in _NOT_TEXTS else text for text in row])

    def content(self) -> bytes:
        """The whole file; nothing can be added after it."""
        return _saved(self._book)

    def discard(self) -> None:
        """Gives the file up."""
        self._rows.close()
        self._rows._writer.cleanup()


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


def _sheet(book: Workbook, title: str) -> Any:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    return sheet


def _append(sheet: Any, rows: Iterable[Sequence[str]]) -> None:
    for row in rows:
        sheet.append([_cell(sheet, text) for text in row])


def _saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _cell(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, value=text or None)
    if text:
        # Always a text: openpyxl would make a formula of "=…" and an error of "#N/A".
        cell.data_type = "s"
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


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
