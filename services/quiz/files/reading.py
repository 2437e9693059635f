"""Which format a file has, and its questions."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from services.quiz.files import aiken, gift, moodle_xml, qti3, table, workbook
from services.quiz.files.decoding import decode
from services.quiz.files.faults import Rejected, UnreadableFile
from services.quiz.files.row import Row

XLSX, CSV, GIFT, AIKEN, MOODLE_XML, QTI3 = "xlsx", "csv", "gift", "aiken", "moodle_xml", "qti3"
MAX_ROWS = 20_000

_BY_SUFFIX = {"xlsx": XLSX, "csv": CSV, "gift": GIFT, "aiken": AIKEN, "xml": MOODLE_XML}


@dataclass(frozen=True)
class Parsed:
    """A file's format and its rows, in order. Rows whose stem stood before in the file are rejected as
    duplicates."""

    format: str
    rows: list[Row]


def read(content: bytes, file_name: str = "", format: str | None = None) -> Parsed:
    """Every question of the file; ``UnreadableFile`` when it is not a file of questions at all."""
    chosen = format or detect(content, file_name)
    rows = list(_rows(chosen, content))
    if len(rows) > MAX_ROWS:
        raise UnreadableFile("import.too_many_rows")
    if not rows:
        raise UnreadableFile("import.no_questions")
    return Parsed(chosen, _without_duplicates(rows))


def detect(content: bytes, file_name: str) -> str:
    """The format by content, then by the name's suffix; ``UnreadableFile`` when neither tells."""
    if content.startswith(b"PK\x03\x04"):
        return QTI3 if qti3.is_package(content) else XLSX
    start = decode(content).lstrip()
    if start.startswith("<") and "<quiz" in start[:4096]:
        return MOODLE_XML
    if start.startswith("<") and "qti-assessment-item" in start[:4096]:
        return QTI3
    if table.has_header(start.split("\n", 1)[0]):
        return CSV
    if aiken.LOOKS_LIKE.search(start):
        return AIKEN
    if re.search(r"(?<!\\)\{[^{}]*(?<!\\)\}", start):
        return GIFT
    suffix = file_name.rpartition(".")[2].lower()
    if suffix in _BY_SUFFIX and _BY_SUFFIX[suffix] != XLSX:
        return _BY_SUFFIX[suffix]
    raise UnreadableFile("import.unknown_format")


def _rows(format: str, content: bytes) -> Iterable[Row]:
    if format == XLSX:
        return table.rows(workbook.cells(content))
    if format == MOODLE_XML:
        return moodle_xml.rows(content)
    if format == QTI3:
        return qti3.rows(content)
    return _FROM_TEXT[format](decode(content))


def _csv_rows(text: str) -> Iterable[Row]:
    return table.rows(table.csv_cells(text))


_FROM_TEXT: dict[str, Callable[[str], Iterable[Row]]] = {CSV: _csv_rows, GIFT: gift.rows, AIKEN: aiken.rows}


def _without_duplicates(rows: list[Row]) -> list[Row]:
    first: dict[str, int] = {}
    kept = []
    for row in rows:
        if row.content is not None:
            before = first.setdefault(row.content.key, row.row)
            if before != row.row:
                fault = Rejected(row.row, "stem", "import.duplicate_stem", str(before))
                row = replace(row, content=None, rejected=[fault], pictures={})
        kept.append(row)
    return kept
