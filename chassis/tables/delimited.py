"""Reading a .csv as bureaus write it: any of the encodings of Chinese Windows, any of the usual separators."""

from __future__ import annotations

import csv
import io

from chassis.tables.rows import Limits, Row, UnreadableTable, append

# Text encodings in the order they are tried; a byte order mark decides at once. GB18030 takes in GBK and GB 2312.
_BY_MARK = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_BY_TRIAL = ("utf-8", "gb18030")
_SEPARATORS = (",", ";", "\t", "，")


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


def _decode(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableTable("unknown_encoding") from error
