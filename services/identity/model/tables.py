"""Reading a .csv as bureaus write it: any of the encodings of Chinese Windows, any of the usual separators."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

# Text encodings in the order they are tried; a byte order mark decides at once. GB18030 takes in GBK and GB 2312.
_BY_MARK = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_BY_TRIAL = ("utf-8", "gb18030")
_SEPARATORS = (",", ";", "\t", "，")


@dataclass
class UnreadableTable(Exception):
    """``reason``: ``unknown_format``, ``old_excel``, ``unknown_encoding``, ``broken``, ``too_large``,
    ``too_many_rows``, ``empty`` or ``no_header``."""

    reason: str


@dataclass(frozen=True)
class Limits:
    """What a file may hold."""

    rows: int = 20_000
    columns: int = 100
    cell: int = 2_000


@dataclass(frozen=True)
class Row:
    """One row, numbered from 1 as the table program does; cells stripped, the empty ones at its end left out."""

    number: int
    cells: tuple[str, ...]


def decoded(content: bytes) -> str:
    """The text of the file."""
    for mark, encoding in _BY_MARK:
        if content.startswith(mark):
            return _decode(content, encoding)
    for encoding in _BY_TRIAL:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableTable("unknown_encoding")


def read_csv(content: bytes, limits: Limits) -> list[Row]:
    """The rows that hold anything, header included."""
    text = decoded(content)
    if "\x00" in text:
        raise UnreadableTable("unknown_format")
    separator = separator_of(text)
    rows: list[Row] = []
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator), start=1):
            append(rows, number, cells, limits)
    except csv.Error as error:
        raise UnreadableTable("broken") from error
    return rows


def separator_of(text: str) -> str:
    """The separator that the first line holds most of."""
    first = text.lstrip().partition("\n")[0]
    return max(_SEPARATORS, key=first.count)


def append(rows: list[Row], number: int, cells: list[str], limits: Limits) -> None:
    """Keeps a row unless it is empty; refuses what passes the limits."""
    if len(cells) > limits.columns and any(cell.strip() for cell in cells[limits.columns :]):
        raise UnreadableTable("too_large")
    stripped = [cell.strip() for cell in cells[: limits.columns]]
    while stripped and not stripped[-1]:
        stripped.pop()
    if not stripped:
        return
    if any(len(cell) > limits.cell for cell in stripped):
        raise UnreadableTable("too_large")
    if len(rows) > limits.rows:
        raise UnreadableTable("too_many_rows")
    rows.append(Row(number, tuple(stripped)))


def _decode(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableTable("unknown_encoding") from error
