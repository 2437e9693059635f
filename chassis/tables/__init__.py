"""Tables as bureaus send them, .xlsx or .csv, read without trusting them."""

from chassis.tables.headers import places, vocabulary, words
from chassis.tables.rows import Limits, Row, UnreadableTable
from chassis.tables.unit_names import AmbiguousUnit, UnitNames, UnknownUnit
from chassis.tables.workbooks import GrowingWorkbook, Sheet, read_table, workbook

__all__ = [
    "AmbiguousUnit",
    "GrowingWorkbook",
    "Limits",
    "Row",
    "Sheet",
    "UnitNames",
    "UnknownUnit",
    "UnreadableTable",
    "places",
    "read_table",
    "vocabulary",
    "words",
    "workbook",
]
