"""Tables as their programs write them."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook


def workbook(rows: Iterable[Sequence[Any]]) -> bytes:
    """An .xlsx file of one sheet with these rows."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
