"""Tables as bureaus send them, .xlsx or .csv, read without trusting them."""

from chassis.tables.headers import places, vocabulary, words
from chassis.tables.rows import Limits, Row, UnreadableTable
from chassis.tables.workbooks import Sheet, read_table, workbook

__all__ = ["Limits", "Row", "Sheet", "UnreadableTable", "places", "read_table", "vocabulary", "words", "workbook"]
