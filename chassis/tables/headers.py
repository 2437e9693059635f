"""Words in the cells of a table as people write them: compared without blanks, marks and case."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence


def words(text: str) -> str:
    """A header or a name as it is compared: NFKC, no case, no blanks, no marks such as ``*`` or ``（必填）``."""
    plain = re.sub(r"[(（\[【].*?[)）\]】]", "", unicodedata.normalize("NFKC", text))
    return re.sub(r"[\s*_:：\-.]+", "", plain).casefold()


def vocabulary(pairs: Iterable[tuple[str, Sequence[str]]]) -> dict[str, str]:
    """From (code, its names) to the map that cells are looked up in."""
    return {words(name): code for code, names in pairs for name in (code, *names)}


def places(header: Sequence[str], columns: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """The place of each column that is known, by the names it may have; the first of several that mean the same."""
    meanings = vocabulary(columns.items())
    found: dict[str, int] = {}
    for place, cell in enumerate(header):
        column = meanings.get(words(cell))
        if column:
            found.setdefault(column, place)
    return found
