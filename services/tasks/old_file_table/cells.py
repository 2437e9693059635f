"""What one cell of a table of old files says: days, names, lists, and lines that belong to allegations."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from services.tasks.old_file_table.vocabulary import NOTHING

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ].*)?", re.ASCII)
_DAY_TOGETHER = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_NUMBERED = re.compile(r"[(（]?(\d{1,2})[.．、:：)）]\s*(\S.*)", re.ASCII)
_NAMES = re.compile(r"[、,，;；/|\n]+")
_ITEMS = re.compile(r"[;；\n]+")
_UNITS = re.compile(r"[、,，;；\n]+")
# A reason stands after a colon, or in brackets at the end.
_REASON = re.compile(r"([^:：(（]+)(?:[:：](.*)|[(（](.*)[)）])", re.DOTALL)


class Unusable(Exception):
    """A cell that cannot be read: a code, and what stood there."""

    def __init__(self, message: str, value: str | None = None) -> None:
        super().__init__(message)
        self.message, self.value = message, value


def plain(text: str) -> str:
    """Without blanks, NFKC."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def says_nothing(text: str) -> bool:
    """Whether the cell, or the line, is empty or says that there is nothing."""
    return plain(text).casefold() in NOTHING


def day(text: str) -> date:
    """A day as tables write it: 2021-03-05, 2021/3/5, 2021.3.5, 2021年3月5日, 20210305.

    A time of day after it is dropped.
    """
    written = unicodedata.normalize("NFKC", text).strip()
    match = _DAY.fullmatch(written) or _DAY_TOGETHER.fullmatch(written)
    if match is None:
        raise Unusable("not_a_day", text)
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError as error:
        raise Unusable("not_a_day", text) from error


def names(text: str) -> list[str]:
    """Names in a row, whatever stands between them."""
    return [name.strip() for name in _NAMES.split(text) if name.strip()]


def items(text: str) -> list[str]:
    """Pieces of evidence: one a line, or with semicolons between."""
    return [item.strip() for item in _ITEMS.split(text) if item.strip()]


def units(text: str) -> list[str]:
    """Units; a slash stands within one, between a unit and the one above."""
    return [unit.strip() for unit in _UNITS.split(text) if unit.strip()]


def allegations(text: str) -> list[str]:
    """One a line. Numbers before them are dropped where every line has the one that it should have."""
    lines = _lines(text)
    numbered = [_NUMBERED.fullmatch(line) for line in lines]
    if all(match and int(match[1]) == place for place, match in enumerate(numbered, start=1)):
        return [match[2].strip() for match in numbered if match]
    return lines


def by_allegation(text: str, count: int) -> dict[int, str]:
    """What is said of each of ``count`` allegations, by its number; those of which nothing is said are left out.

    Either every line has its number, or there is a line for each allegation.
    """
    lines = _lines(text)
    numbered = [match for line in lines if (match := _NUMBERED.fullmatch(line))]
    if numbered and len(numbered) == len(lines):
        pairs = [(int(match[1]), match[2].strip()) for match in numbered]
        if len({number for number, _ in pairs}) < len(pairs):
            raise Unusable("allegation_twice")
        if any(not 1 <= number <= count for number, _ in pairs):
            raise Unusable("no_such_allegation", str(count))
    elif numbered or len(lines) != count:
        raise Unusable("lines_differ", str(count))
    else:
        pairs = list(enumerate(lines, start=1))
    return {number: said for number, said in pairs if not says_nothing(said)}


def with_reason(text: str) -> tuple[str, str | None]:
    """``批评教育：情节轻微`` or ``批评教育（情节轻微）``: the measures, and the reason if there is one."""
    match = _REASON.fullmatch(text.strip())
    if match is None:
        return text, None
    return match[1], (match[2] or match[3] or "").strip() or None


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
