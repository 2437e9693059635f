"""From the rows of a table to old files as it means them, and back; what cannot be read is named row by row.

One old file a row. What is said of each allegation stands in lines of its cell, in the order of the allegations or
numbered: ``1. 属实``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from marshmallow import ValidationError

from chassis.tables import Row, UnreadableTable, places, words
from contracts.fields import Text
from services.tasks.model.old_files import OldDisposition, OldFile, OldFinding
from services.tasks.old_file_table import cells
from services.tasks.old_file_table.cells import Unusable
from services.tasks.old_file_table.vocabulary import (
    COLUMNS,
    INVESTIGATED_BY_WORD,
    LINE_BY_WORD,
    MEASURE_BY_WORD,
    OUTCOME_BY_WORD,
    REQUIRED,
    category_codes,
)

T = TypeVar("T")

MOST_ALLEGATIONS = 50
_LINE = Text(max=200, single_line=True)
_NAME = Text(max=60, single_line=True)
_UNIT = Text(max=100, single_line=True)
_LONG = Text(max=4000)
_REASON = Text(max=2000)
# The year of a number stands in brackets, of whatever kind the writer had.
_BRACKETS = str.maketrans("〔〕【】()", "[][][]")


@dataclass(frozen=True)
class Rejection:
    """Why a row was not taken: its number in the table, the column, a code or a sentence of a contract, what stood
    there. What would be right is told by the column.
    """

    row: int
    field: str
    message: str
    value: str | None = None


@dataclass(frozen=True)
class OldFileRow:
    """A row that can be read. Its units are still words."""

    row: int
    file: OldFile


@dataclass
class Reading:
    """A table, read."""

    files: list[OldFileRow] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    total: int = 0


def read_old_files(rows: Sequence[Row], today: date) -> Reading:
    """Every row of a table whose first row is the header. ``UnreadableTable`` when there is no usable header.

    ``today``: no day of an old file may be after it.
    """
    if not rows:
        raise UnreadableTable("empty")
    columns = places(rows[0].cells, COLUMNS)
    if any(column not in columns for column in REQUIRED):
        raise UnreadableTable("no_header")
    reading = Reading(total=len(rows) - 1)
    if not reading.total:
        raise UnreadableTable("empty")
    seen: dict[str, int] = {}
    for row in rows[1:]:
        given = {name: row.cells[place] for name, place in columns.items() if place < len(row.cells)}
        reader = _RowReader(row.number, given, today)
        file = reader.file()
        if file is not None:
            first = seen.setdefault(number_key(file.number), row.number)
            if first != row.number:
                reader.reject("number", "doubled", str(first))
            else:
                reading.files.append(OldFileRow(row.number, file))
        reading.rejected += reader.rejected
    return reading


def number_key(number: str) -> str:
    """A case number as it is compared: one file, however its number is written."""
    return cells.plain(number).translate(_BRACKETS).casefold()


@dataclass
class _RowReader:
    """Reads one row to its end, whatever is wrong with it, so that the account names everything at once."""

    row: int
    given: Mapping[str, str]
    today: date
    rejected: list[Rejection] = field(default_factory=list)

    def reject(self, column: str, message: str, value: str | None = None) -> None:
        self.rejected.append(Rejection(self.row, column, message, value))

    def file(self) -> OldFile | None:
        """The old file; None when something was rejected."""
        for column in REQUIRED:
            if not self.given.get(column):
                self.reject(column, "missing")
        received_on = self._day("received_on")
        told_on, closed_on = self._day("told_on"), self._day("closed_on")
        for column, day in (("told_on", told_on), ("closed_on", closed_on)):
            if day and received_on and day < received_on:
                self.reject(column, "before_received", day.isoformat())
        allegations = self._read("allegations", self._allegations)
        number, category = self._text("number", _NAME), self._read("category", self._category)
        lines = self._read("lines", self._lines) or ()
        unit, reviewer = self._text("unit", _UNIT), self._text("reviewer", _NAME)
        handlers = self._texts("handlers", cells.names, _NAME)
        investigated = self._read("investigated", self._investigated) or False
        investigation = self._text("investigation", _LONG)
        evidence = self._texts("evidence", cells.items, _LINE)
        excluded_units = self._texts("excluded_units", cells.units, _UNIT)
        # Without allegations nothing can be said of them; that they are missing has been told.
        findings = self._findings(len(allegations)) if allegations else ()
        dispositions = self._dispositions(len(allegations)) if allegations else ()
        if self.rejected or not (number and received_on and category and allegations):
            return None
        return OldFile(
            number=number,
            received_on=received_on,
            category=category,
            allegations=allegations,
            lines=lines,
            unit=unit,
            handlers=handlers,
            investigated=investigated,
            investigation=investigation,
            evidence=evidence,
            findings=findings,
            dispositions=dispositions,
            reviewer=reviewer,
            told_on=told_on,
            closed_on=closed_on,
            excluded_units=excluded_units,
        )

    def _read(self, column: str, read: Callable[[str], T]) -> T | None:
        """What ``read`` makes of the cell; None when it says nothing or was rejected."""
        cell = self.given.get(column, "")
        if not cell or (column not in REQUIRED and cells.says_nothing(cell)):
            return None
        try:
            return read(cell)
        except Unusable as why:
            self.reject(column, why.message, why.value)
        except ValidationError as error:
            self.reject(column, str(error.messages[0]))
        return None

    def _text(self, column: str, kind: Text) -> str | None:
        return self._read(column, lambda cell: _checked(kind, cell))

    def _texts(self, column: str, split: Callable[[str], list[str]], kind: Text) -> tuple[str, ...]:
        return self._read(column, lambda cell: self._each(split(cell), kind)) or ()

    @staticmethod
    def _each(values: Sequence[str], kind: Text) -> tuple[str, ...]:
        if len(values) > MOST_ALLEGATIONS:
            raise Unusable("too_many", str(len(values)))
        return tuple(dict.fromkeys(_checked(kind, value) for value in values))

    def _allegations(self, cell: str) -> tuple[str, ...]:
        values = cells.allegations(cell)
        if not 1 <= len(values) <= MOST_ALLEGATIONS:
            raise Unusable("too_many" if values else "missing", str(len(values)))
        return tuple(_checked(_LINE, value) for value in values)

    def _day(self, column: str) -> date | None:
        def read(cell: str) -> date:
            day = cells.day(cell)
            if day > self.today:
                raise Unusable("in_the_future", day.isoformat())
            return day

        return self._read(column, read)

    def _category(self, cell: str) -> str:
        codes = category_codes().get(words(cell), frozenset())
        if len(codes) != 1:
            raise Unusable("ambiguous_category" if codes else "unknown_category", cell)
        return next(iter(codes))

    def _lines(self, cell: str) -> tuple[str, ...]:
        # A name may itself hold a separator, so the whole cell is tried first.
        parts = [cell] if words(cell) in LINE_BY_WORD else cells.names(cell)
        return tuple(dict.fromkeys(_code(part, LINE_BY_WORD, "unknown_line") for part in parts))

    def _investigated(self, cell: str) -> bool:
        if words(cell) not in INVESTIGATED_BY_WORD:
            raise Unusable("neither_yes_nor_no", cell)
        return INVESTIGATED_BY_WORD[words(cell)]

    def _by_allegation(self, column: str, count: int) -> dict[int, str]:
        return self._read(column, lambda cell: cells.by_allegation(cell, count)) or {}

    def _findings(self, count: int) -> tuple[OldFinding, ...]:
        outcomes, grounds = self._by_allegation("findings", count), self._by_allegation("grounds", count)
        found = []
        for number in sorted(set(grounds) - set(outcomes)):
            self.reject("grounds", "ground_without_finding", str(number))
        for number, text in sorted(outcomes.items()):
            try:
                outcome = _code(text, OUTCOME_BY_WORD, "unknown_outcome")
                ground = _checked(_REASON, grounds[number]) if number in grounds else None
                found.append(OldFinding(number, outcome, ground))
            except Unusable as why:
                self.reject("findings", why.message, why.value)
            except ValidationError as error:
                self.reject("grounds", str(error.messages[0]))
        return tuple(found)

    def _dispositions(self, count: int) -> tuple[OldDisposition, ...]:
        said = self._by_allegation("dispositions", count)
        disposed: list[OldDisposition] = []
        for number, text in sorted(said.items()):
            try:
                disposed += self._disposition(number, text)
            except Unusable as why:
                self.reject("dispositions", why.message, why.value)
            except ValidationError as error:
                self.reject("dispositions", str(error.messages[0]))
        return tuple(disposed)

    @staticmethod
    def _disposition(number: int, text: str) -> list[OldDisposition]:
        """One line may hold several measures, and after a colon the reason for them."""
        measures, reason = cells.with_reason(text)
        why = _checked(_REASON, reason) if reason else None
        codes = dict.fromkeys(_code(name, MEASURE_BY_WORD, "unknown_measure") for name in cells.names(measures))
        return [OldDisposition(number, code, why) for code in codes]


def _checked(kind: Text, value: str) -> str:
    return str(kind.deserialize(value))


def _code(word: str, known: Mapping[str, str], unknown: str) -> str:
    code = known.get(words(word))
    if code is None:
        raise Unusable(unknown, word)
    return code
