"""A text in one form for comparison, with the way back to the places in the original.

Width and case (NFKC), traditional characters and what nobody sees (zero-width, bidirectional and control
characters) make no difference to the rules and the statistics. What is found is told by its place in the text as it
was written, counted in Unicode code points.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_SPACES = frozenset("\t\n\v\f\r")


@dataclass(frozen=True)
class Text:
    """``original`` as written; ``plain`` for comparison; ``places[i]`` is where the character ``plain[i]`` comes
    from."""

    original: str
    plain: str
    places: tuple[int, ...]

    @classmethod
    def of(cls, original: str) -> Text:
        """The text of any string, whatever characters it holds."""
        plain: list[str] = []
        places: list[int] = []
        for place, character in enumerate(original):
            for written in _plain(character):
                plain.append(written)
                places.append(place)
        return cls(original, "".join(plain), tuple(places))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of ``plain[start:end]``, which must not be empty."""
        return self.places[start], self.places[end - 1] + 1

    @cached_property
    def compact(self) -> str:
        """``plain`` without anything but letters and digits."""
        return "".join(filter(str.isalnum, self.plain))


# Bounded: a text may hold any of a million characters.
@lru_cache(maxsize=8192)
def _plain(character: str) -> str:
    if character in _SPACES:
        return " "
    if unicodedata.category(character) in _INVISIBLE:
        return ""
    written = unicodedata.normalize("NFKC", character).lower()
    return "".join(_simplified().get(each, each) for each in written)


@cache
def _simplified() -> dict[str, str]:
    pairs = json.loads((Path(__file__).parent / "data" / "traditional.json").read_text(encoding="utf-8"))
    return dict(zip(pairs["traditional"], pairs["simplified"], strict=True))
