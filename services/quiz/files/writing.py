"""A file of questions in each format; reading it again gives the same questions."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.quiz.files import aiken, gift, moodle_xml, qti3, table, workbook
from services.quiz.files.embedded import Shown
from services.quiz.files.reading import AIKEN, CSV, GIFT, MOODLE_XML, QTI3, XLSX
from services.quiz.model.question import Content


@dataclass(frozen=True)
class Written:
    """A file."""

    content: bytes
    suffix: str
    media_type: str


def why_not(content: Content, format: str) -> str | None:
    """What of this question the format cannot hold, or None: ``pictures``, ``type``, ``several_blanks``,
    ``model_answer`` or ``layout``.
    """
    return _FORMATS[format].why_not(content)


def holds(content: Content, format: str) -> bool:
    """Whether the format can hold this question whole."""
    return why_not(content, format) is None


def write(contents: Sequence[Content], format: str, pictures: Shown | None = None) -> Written:
    """These questions, in their order; the format must hold each, and ``pictures`` have all of theirs, by id."""
    chosen = _FORMATS[format]
    return Written(chosen.encode(contents, pictures or {}), chosen.suffix, chosen.media_type)


@dataclass(frozen=True)
class _Format:
    why_not: Callable[[Content], str | None]
    encode: Callable[[Sequence[Content], Shown], bytes]
    suffix: str
    media_type: str


def _csv(contents: Sequence[Content], pictures: Shown) -> bytes:
    target = io.StringIO(newline="")
    csv.writer(target).writerows(table.written(contents))
    # With a BOM, or Excel takes UTF-8 for the local code page.
    return target.getvalue().encode("utf-8-sig")


def _xlsx(contents: Sequence[Content], pictures: Shown) -> bytes:
    return workbook.workbook(table.written(contents))


def _gift(contents: Sequence[Content], pictures: Shown) -> bytes:
    return gift.written(contents).encode()


def _aiken(contents: Sequence[Content], pictures: Shown) -> bytes:
    return aiken.written(contents).encode()


_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMATS = {
    XLSX: _Format(table.why_not, _xlsx, "xlsx", _WORKBOOK),
    CSV: _Format(table.why_not, _csv, "csv", "text/csv; charset=utf-8"),
    GIFT: _Format(gift.why_not, _gift, "gift.txt", "text/plain; charset=utf-8"),
    AIKEN: _Format(aiken.why_not, _aiken, "aiken.txt", "text/plain; charset=utf-8"),
    MOODLE_XML: _Format(moodle_xml.why_not, moodle_xml.written, "xml", "application/xml"),
    QTI3: _Format(qti3.why_not, qti3.written, "qti3.zip", "application/zip"),
}
