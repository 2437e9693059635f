"""A file of questions in each format; reading it again gives the same questions."""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from services.quiz.files import aiken, gift, moodle_xml, qti3, table, workbook
from services.quiz.files.reading import AIKEN, CSV, GIFT, MOODLE_XML, QTI3, XLSX
from services.quiz.model.question import Content


@dataclass(frozen=True)
class Written:
    """A file, and how many questions its format could not hold."""

    content: bytes
    suffix: str
    media_type: str
    left_out: int


def write(contents: Iterable[Content], format: str) -> Written:
    """The questions that the format can hold, in their order."""
    given = list(contents)
    holds, encode, suffix, media_type = _FORMATS[format]
    kept = [content for content in given if holds(content)]
    return Written(encode(kept), suffix, media_type, len(given) - len(kept))


def _csv(contents: list[Content]) -> bytes:
    target = io.StringIO(newline="")
    csv.writer(target).writerows(table.written(contents))
    # With a BOM, or Excel takes UTF-8 for the local code page.
    return target.getvalue().encode("utf-8-sig")


def _xlsx(contents: list[Content]) -> bytes:
    return workbook.workbook(table.written(contents))


def _no_pictures(content: Content) -> bool:
    return not content.media


_Format = tuple[Callable[[Content], bool], Callable[[list[Content]], bytes], str, str]
_FORMATS: dict[str, _Format] = {
    XLSX: (_no_pictures, _xlsx, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    CSV: (_no_pictures, _csv, "csv", "text/csv; charset=utf-8"),
    GIFT: (gift.holds, lambda kept: gift.written(kept).encode(), "gift.txt", "text/plain; charset=utf-8"),
    AIKEN: (aiken.holds, lambda kept: aiken.written(kept).encode(), "aiken.txt", "text/plain; charset=utf-8"),
    MOODLE_XML: (moodle_xml.holds, moodle_xml.written, "xml", "application/xml"),
    QTI3: (qti3.holds, qti3.written, "qti3.zip", "application/zip"),
}
