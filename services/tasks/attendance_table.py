"""Tables of attendance: who was there, by staff number or user name, one a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from chassis.tables import Limits, Row, UnreadableTable, places

LIMITS = Limits(rows=2_000, cell=200)
COLUMNS = {
    "staff_number": ("工号", "警号", "人员编号", "执业证号", "staff number"),
    "username": ("用户名", "账号", "user name", "username"),
}


@dataclass(frozen=True)
class AttendanceRow:
    """A row: its number, and by what column its person is named."""

    row: int
    column: str
    value: str


@dataclass
class Reading:
    """The rows of a table that name somebody, and the rejections of the others: (row, field, message, value)."""

    rows: list[AttendanceRow] = field(default_factory=list)
    rejected: list[tuple[int, str, str, str | None]] = field(default_factory=list)
    total: int = 0


def read_attendance(table: Sequence[Row]) -> Reading:
    """What a table says; raises ``UnreadableTable`` when it has neither column."""
    if not table:
        raise UnreadableTable("empty")
    found = places(table[0].cells, COLUMNS)
    if not found:
        raise UnreadableTable("no_header")
    reading = Reading(total=len(table) - 1)
    seen: dict[tuple[str, str], int] = {}
    for row in table[1:]:
        named = next(
            ((column, row.cells[at]) for column, at in found.items() if at < len(row.cells) and row.cells[at]), None
        )
        if named is None:
            reading.rejected.append((row.number, next(iter(found)), "missing", None))
            continue
        first = seen.setdefault((named[0], named[1].casefold()), row.number)
        if first != row.number:
            reading.rejected.append((row.number, named[0], "doubled", str(first)))
            continue
        reading.rows.append(AttendanceRow(row.number, *named))
    return reading
