"""The cells of an .xlsx file. Excel files are zip archives of XML, so bombs of both kinds are kept out
first."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell

from services.quiz.files.faults import UnreadableFile

MAX_UNPACKED = 100 * 1024 * 1024
MAX_PARTS = 2_000
MAX_LINES = 20_001
MAX_COLUMNS = 60


def cells(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The numbered lines of the first sheet, every cell as text."""
    _check(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    except Exception as error:
        raise UnreadableFile("import.broken_workbook") from error
    try:
        sheet = book.worksheets[0]
        # The declared size may be a lie; what is there is read, up to the limit.
        sheet.reset_dimensions()
        if any(True for _ in sheet.iter_rows(min_row=MAX_LINES + 1, max_row=MAX_LINES + 1, values_only=True)):
            raise UnreadableFile("import.too_many_rows")
        lines = sheet.iter_rows(max_row=MAX_LINES, max_col=MAX_COLUMNS, values_only=True)
        for number, line in enumerate(lines, start=1):
            yield number, [_text(value) for value in line]
    except UnreadableFile:
        raise
    except Exception as error:
        raise UnreadableFile("import.broken_workbook") from error
    finally:
        book.close()


def workbook(lines: Iterable[list[str]]) -> bytes:
    """An .xlsx file with these lines as texts; the header stays in sight."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("题库")
    sheet.freeze_panes = "A2"
    for line in lines:
        sheet.append([_cell(sheet, text) for text in line])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _check(content: bytes) -> None:
    """Refuses archives that unpack to more than we would ever read, before anything is unpacked.

    zipfile never gives out more than the size that an entry declares, so the declared sizes can be believed.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise UnreadableFile("import.too_large_unpacked")
            if "xl/workbook.xml" not in archive.namelist():
                raise UnreadableFile("import.broken_workbook")
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise UnreadableFile("import.broken_workbook") from error


def _cell(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, value=text or None)
    if text:
        # Always a text: openpyxl would make a formula of "=…" and an error of "#N/A".
        cell.data_type = "s"
    return cell


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.date().isoformat() if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
