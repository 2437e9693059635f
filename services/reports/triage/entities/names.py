"""The data that names are recognised by: surnames, titles, characters of given names (data/names.json)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Names:
    """``surname`` and ``title`` are alternatives of a regular expression; the longer ones come first."""

    surname: str
    title: str
    cue_before: str
    given: frozenset[str]


@cache
def names() -> Names:
    """The names of this version of the data."""
    data = json.loads((Path(__file__).parents[1] / "data" / "names.json").read_text(encoding="utf-8"))
    surnames = "|".join(data["double_surnames"])
    return Names(
        surname=f"(?:{surnames}|[{''.join(sorted(set(data['surnames'])))}])",
        title=_alternatives(data["titles"]),
        cue_before=_alternatives(data["cues_before"]),
        given=frozenset(data["given"]),
    )


def _alternatives(words: list[str]) -> str:
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"
