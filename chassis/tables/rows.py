"""What every table is made of, whatever its format: numbered rows of texts, within limits."""

from __future__ import annotations

from dataclasses import dataclass


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
